#include <revolute/graph/program/detail/machine/shares.hpp>

#include <algorithm>
#include <bit>

namespace revolute::detail {

namespace {

/// A piece is worth some ten microseconds, twenty times what it costs that threads meet.
constexpr double least_multiplications = 1 << 19;
/// The other factor is packed for each piece: so many rows or columns, and so few pieces, cost 1 to
/// 3 % at most.
constexpr double least_size = 256;
constexpr double most_pieces = 4;
/// Of a product whose left factor is packed already, a piece costs nothing but that threads meet.
/// It is a multiple of the rows that stand together in any pack, and of those of the tallest tiles.
constexpr int packed_piece = 96;
constexpr std::size_t least_entries = 1 << 14;  ///< as `entries_of` counts

/// Those of all operators' results.
std::size_t entries_of(const EntrywiseCall& call) {
    return call.shape.size() * static_cast<std::size_t>(call.members) * call.steps.size();
}

double multiplications_of(const ProductCall& call) {
    return double(call.rows) * call.columns * call.inner;
}

/// Rounded up; a side may be the largest number that there is.
int quotient_up(int number, int by) { return number / by + (number % by != 0 ? 1 : 0); }

/// Of pieces that pack, a number that is a power of two.
int size_for_threads(const ProductCall& call) {
    const int side = std::max(call.rows, call.columns);
    const double worth = multiplications_of(call) / least_multiplications;
    if (call.packed_left) {
        const int parts = quotient_up(side, packed_piece);
        const int count = std::max(1, static_cast<int>(std::min<double>(worth, parts)));
        return quotient_up(parts, count) * packed_piece;
    }
    const int most = static_cast<int>(std::min<double>({worth, side / least_size, most_pieces}));
    if (most < 2) return side;
    const int count = static_cast<int>(std::bit_floor(static_cast<unsigned>(most)));
    return quotient_up(side, count);
}

// What things take, in nanoseconds, roughly: it decides whether several threads are used at all.
constexpr double multiplication = 0.03;
constexpr double entrywise_entry = 0.5;
constexpr double reference_entry = 1.5;
constexpr double meeting = 500;
constexpr double waking = 50000;
/// What the threads' caches cost each other is not in the estimate, nor that the others' cores are
/// busy.
constexpr double worth_while = 0.8;

double nanoseconds(const Rolled& rolled, const Instruction& instruction) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction))
        return multiplication * multiplications_of(*product);
    if (const auto* const entrywise = std::get_if<EntrywiseCall>(&instruction))
        return entrywise_entry * static_cast<double>(entries_of(*entrywise));
    if (const auto* const pack = std::get_if<PackCall>(&instruction))
        return entrywise_entry * double(pack->rows) * pack->inner;
    double entries = 0;
    const auto& reference = std::get<OperatorCall>(instruction);
    for (const Shape shape : reference.operand_shapes) entries += static_cast<double>(shape.size());
    return reference_entry * (entries + static_cast<double>(rolled[reference.part].shape.size()));
}

/// A run's time in so many threads.
double nanoseconds(const Rolled& rolled, const Code& code, std::size_t threads) {
    double sum = 0;
    for (const Loop& loop : code.loops)
        for (const Instruction& instruction : loop.body) {
            const std::size_t shares = std::min(most_shares(instruction), threads);
            sum += static_cast<double>(loop.rounds) *
                   (nanoseconds(rolled, instruction) / static_cast<double>(shares) +
                    (shares > 1 ? 2 * meeting : 0));
        }
    return sum;
}

}  // namespace

ProductPieces pieces_of(const ProductCall& call) {
    const int side = std::max(call.rows, call.columns);
    const int size = size_for_threads(call);
    return {call.columns > call.rows, size, quotient_up(side, size)};
}

std::size_t most_shares(const Instruction& instruction) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction)) {
        const double worth = multiplications_of(*product) / least_multiplications;
        const int pieces = pieces_of(*product).count;
        return static_cast<std::size_t>(std::clamp<double>(worth, 1, pieces));
    }
    if (const auto* const entrywise = std::get_if<EntrywiseCall>(&instruction))
        return std::max<std::size_t>(1, entries_of(*entrywise) / least_entries);
    return 1;  // a reference kernel is asked for all of its result; packs are small
}

std::size_t lanes_of(const Rolled& rolled, const Code& code, const CompileOptions& options) {
    if (options.check_finite) return 1;
    std::size_t most = 1;
    for (const Loop& loop : code.loops)
        for (const Instruction& instruction : loop.body)
            most = std::max(most, most_shares(instruction));
    const std::size_t lanes = std::min(most, options.threads);
    if (lanes == 1) return 1;
    const auto time = [&](std::size_t threads) { return nanoseconds(rolled, code, threads); };
    return waking + time(lanes) < worth_while * time(1) ? lanes : 1;
}

}  // namespace revolute::detail
