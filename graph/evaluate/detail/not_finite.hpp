#pragma once

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/op.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace revolute::detail {

/// Which entries of an operand an entry of the result may depend on: all, those of its column, or
/// the one in its place.
enum class Extent : std::uint8_t { whole, column, entry };

/// What is known of it for an operand of an operator, given the shapes of both.
Extent extent_of(Role role, std::size_t operand, Shape operand_shape, Shape result);

/// The number of what an entry that is not finite goes back to, given or made by an operator, in
/// the order in which a run finds them, from 1 on; 0 where the entry is finite.
using OriginId = std::uint32_t;

/// What an origin is.
enum class Made : std::uint8_t {
    suspect,  ///< a NaN where none of its operands has one, or infinity where all are finite
    /// Given, or minus infinity where all operands are finite, as the logarithm of what cannot be:
    /// of use in softmax and exp.
    minus_infinity,
    /// Minus infinity of several, any of which would do if it were finite: what log_sum_exp makes
    /// of forbidden paths alone.
    joined,
};

/// An operand's values, column by column.
template <class Number>
struct ReadValues {
    std::span<const Number> values;
    std::size_t rows = 0;
    Extent extent = Extent::whole;
    std::span<const OriginId> origins{};  ///< of each entry; empty where all are finite
};

template <class Number>
bool all_finite(std::span<const Number> values) {
    return std::ranges::all_of(values, [](Number x) { return std::isfinite(x); });
}

/// The first origins of what is NaN, and of what is infinite, those that are suspect for
/// themselves, and the last of those that are joined; 0: of nothing.
struct FirstOrigins {
    OriginId of_nan = 0;
    OriginId of_infinity = 0;
    OriginId of_suspect_infinity = 0;
    OriginId of_joined = 0;
    OriginId of_unjoined = 0;  // the first of the other infinities

    /// Entries begin to end of an operand; `kind` says what an origin is.
    template <class Number, class Kind>
    void add(const ReadValues<Number>& operand, std::size_t begin, std::size_t end,
             const Kind& kind) {
        if (operand.origins.empty()) return;
        for (std::size_t i = begin; i < end; ++i) {
            const OriginId origin = operand.origins[i];
            if (origin == 0) continue;
            if (std::isnan(operand.values[i])) {
                keep_first(of_nan, origin);
            } else {
                keep_first(of_infinity, origin);
                if (kind(origin) == Made::suspect) keep_first(of_suspect_infinity, origin);
                if (kind(origin) == Made::joined)
                    of_joined = std::max(of_joined, origin);
                else
                    keep_first(of_unjoined, origin);
            }
        }
    }

    /// What an infinity goes back to: to joining, which says where all was forbidden, where nothing
    /// else may have made it.
    OriginId of_infinite_result() const {
        if (of_suspect_infinity != 0) return of_infinity;
        return of_unjoined != 0 ? of_unjoined : of_joined;
    }

    static void keep_first(OriginId& first, OriginId origin) {
        if (first == 0 || origin < first) first = origin;
    }
};

/// The first of the origins; 0 where there is none.
inline OriginId first_origin(std::span<const OriginId> origins) {
    OriginId first = 0;
    for (const OriginId origin : origins)
        if (origin != 0) FirstOrigins::keep_first(first, origin);
    return first;
}

/// What is told of a value that is not finite: the first of its suspect origins, or else of all.
template <class Kind>
OriginId origin_to_tell(std::span<const OriginId> origins, const Kind& kind) {
    OriginId first = 0;
    for (const OriginId origin : origins)
        if (origin != 0 && kind(origin) == Made::suspect) FirstOrigins::keep_first(first, origin);
    return first != 0 ? first : first_origin(origins);
}

/// The origins of a result's entries: the first among what an entry may depend on, and `made(Made)`
/// where it depends on nothing that it could have that from, or where it is marked as joined and
/// not all that it reads was. A NaN that an infinity became goes back to that, where it is suspect.
/// `joined` is empty where nothing is.
template <class Number, class Kind, class MakeOrigin>
std::vector<OriginId> origins_of(std::span<const Number> result, std::size_t rows,
                                 std::span<const ReadValues<Number>> operands,
                                 const std::vector<bool>& joined, const Kind& kind,
                                 const MakeOrigin& made) {
    std::vector<OriginId> origins(result.size(), 0);
    const auto add = [&](FirstOrigins& to, Extent extent, const auto& begin, const auto& end) {
        for (const ReadValues<Number>& operand : operands)
            if (operand.extent == extent) to.add(operand, begin(operand), end(operand), kind);
    };
    FirstOrigins whole;
    add(
        whole, Extent::whole, [](const auto&) { return std::size_t{0}; },
        [](const auto& operand) { return operand.values.size(); });
    for (std::size_t begin = 0; begin < result.size(); begin += rows) {
        const std::size_t column = begin / rows;
        FirstOrigins of_column = whole;
        add(
            of_column, Extent::column, [&](const auto& operand) { return column * operand.rows; },
            [&](const auto& operand) { return (column + 1) * operand.rows; });
        for (std::size_t i = begin; i < begin + rows; ++i) {
            const Number x = result[i];
            if (std::isfinite(x)) continue;
            const auto add_entries = [&](FirstOrigins& to) {
                add(
                    to, Extent::entry, [&](const auto&) { return i; },
                    [&](const auto&) { return i + 1; });
            };
            FirstOrigins read = of_column, of_entries;
            add_entries(read);
            add_entries(of_entries);
            const bool is_joined = !joined.empty() && joined[i] && read.of_suspect_infinity == 0;
            if (std::isnan(x))
                origins[i] = read.of_nan != 0 ? read.of_nan : read.of_suspect_infinity;
            else if (is_joined && read.of_unjoined != 0)
                origins[i] = made(Made::joined);
            else if (read.of_suspect_infinity == 0 && of_entries.of_joined != 0)
                origins[i] = of_entries.of_joined;  // a mask beside it forbids nothing more
            else
                origins[i] = read.of_infinite_result();
            if (origins[i] == 0)
                origins[i] = made(std::isnan(x) || x > 0 ? Made::suspect : Made::minus_infinity);
        }
    }
    return origins;
}

/// Whether what stands in the marked entries of operands, where they are suspect, counts for
/// entries of the result that are finite all the same: whether these change where other numbers
/// stand there. So what is masked, or stands where `where` does not look, counts for nothing, and 1
/// / infinity is an overflow that nobody sees any more.
bool counts_for_finite_entries(const Op& op, std::span<const double> attributes,
                               std::span<const Matrix> operands,
                               std::span<const std::vector<bool>> marks, Shape result);

/// Which entries of the result are minus infinity that several entries of the operands join to:
/// where some of these, whichever, are finite, so is the result. Empty where none is.
std::vector<bool> joined_entries(const Op& op, std::span<const double> attributes,
                                 std::span<const Matrix> operands, Shape result);

/// Whether an operator of the role may join entries.
bool may_join(Role role);

/// Different origins of operands, the first ones of them.
std::vector<OriginId> different_origins(std::span<const std::span<const OriginId>> operands);

/// Whether an operator of the role may make finite entries of what is not finite: others place
/// entries or add them up.
bool may_hide(Role role);

/// A value that is not finite, and what it is made of.
struct NotFinite {
    std::string_view finder;  ///< "evaluate"
    std::string_view op;
    std::string in_step;  ///< ", in step t = 4", or empty
    std::string node;     ///< described
    ConstMatrixView value;
    std::vector<std::pair<std::string, ValueRange>> operands;  ///< "operand 0 is x[4] [3 x 1]"
    std::vector<std::string> notes{};  ///< where it came from, and what it reaches
};

/// "behind operand 0, the first that is not finite is x[1] [3 x 1]", "it reaches L [1 x 1]".
std::string note_of_origin(std::string_view operand, std::string_view origin);
std::string note_of_output(std::string_view output);
/// "it is lost in y [1 x 1], which is finite".
std::string note_of_loss(std::string_view reader);

/// "all that it joins is minus infinity, as where every path is forbidden: it comes from x [3 x 1]
/// and y [1 x 1]".
std::string note_of_joined(std::span<const std::string> origins);

/// The text of the error: where the first NaN is, or else the first infinite entry, and the ranges
/// of all values.
std::string to_text(const NotFinite& found);

}  // namespace revolute::detail
