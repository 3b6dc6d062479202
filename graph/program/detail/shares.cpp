#include <revolute/graph/program/detail/shares.hpp>

#include <algorithm>
#include <bit>

namespace revolute::detail {

namespace {

/// A piece is worth some ten microseconds, twenty times what it costs that threads meet.
constexpr double least_multiplications = 1 << 19;
/// The other factor is read and packed for each piece; beside so many rows, or columns, that is little.
constexpr double least_size = 128;
constexpr double most_pieces = 8;
constexpr std::size_t least_entries = 1 << 14;  ///< as `entries_of` counts

/// Those of all operators' results.
std::size_t entries_of(const EntrywiseCall& call) {
    return call.shape.size() * static_cast<std::size_t>(call.members) * call.steps.size();
}

// What things take, in nanoseconds, roughly: it decides whether several threads are used at all.
constexpr double multiplication = 0.03;
constexpr double entry = 0.5;
constexpr double reference_entry = 1.5;
constexpr double meeting = 500;
constexpr double waking = 50000;
/// What the threads' caches cost each other is not in the estimate, nor that the others' cores are busy.
constexpr double worth_while = 0.8;

double nanoseconds(const Rolled& rolled, const Instruction& instruction) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction))
        return multiplication * product->rows * product->columns * product->inner;
    if (const auto* const entrywise = std::get_if<EntrywiseCall>(&instruction))
        return entry * static_cast<double>(entries_of(*entrywise));
    double entries = 0;
    const auto& reference = std::get<ReferenceCall>(instruction);
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

ProductPieces pieces_of(int rows, int columns, int inner) {
    ProductPieces pieces{.are_columns = columns > rows, .size = std::max(rows, columns)};
    const double multiplications = double(rows) * columns * inner;
    const int most = static_cast<int>(std::min<double>(
        {multiplications / least_multiplications, pieces.size / least_size, most_pieces}));
    if (most < 2) return pieces;
    const int count = static_cast<int>(std::bit_floor(static_cast<unsigned>(most)));
    pieces.size = (pieces.size + count - 1) / count;
    pieces.count = count;
    return pieces;
}

std::size_t most_shares(const Instruction& instruction) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction))
        return static_cast<std::size_t>(
            pieces_of(product->rows, product->columns, product->inner).count);
    if (const auto* const entrywise = std::get_if<EntrywiseCall>(&instruction))
        return std::max<std::size_t>(1, entries_of(*entrywise) / least_entries);
    return 1;  // a reference kernel is asked for all of its result
}

std::size_t lanes_of(const Rolled& rolled, const Code& code, std::size_t threads) {
    std::size_t most = 1;
    for (const Loop& loop : code.loops)
        for (const Instruction& instruction : loop.body)
            most = std::max(most, most_shares(instruction));
    const std::size_t lanes = std::min(most, threads);
    if (lanes == 1) return 1;
    const double alone = nanoseconds(rolled, code, 1);
    const double together = waking + nanoseconds(rolled, code, lanes);
    return together < worth_while * alone ? lanes : 1;
}

}  // namespace revolute::detail
