#pragma once

#include <revolute/graph/evaluate.hpp>
#include <revolute/graph/op.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace revolute::detail {

/// Which entries of an operand an entry of the result may depend on: all, those of its column, or the one in its place.
enum class Extent : std::uint8_t { whole, column, entry };

/// What is known of it for an operand of an operator, given the shapes of both.
Extent extent_of(Role role, std::size_t operand, Shape operand_shape, Shape result);

/// An operand's values, column by column.
template <class Number>
struct ReadValues {
    std::span<const Number> values;
    std::size_t rows = 0;
    Extent extent = Extent::whole;
};

/// Whether there is a NaN, or infinity.
struct NonFiniteKinds {
    bool has_nan = false;
    bool has_infinity = false;

    template <class Number>
    void add(std::span<const Number> values) {
        for (const Number x : values) {
            has_nan = has_nan || std::isnan(x);
            has_infinity = has_infinity || std::isinf(x);
        }
    }
};

template <class Number>
bool all_finite(std::span<const Number> values) {
    return std::ranges::all_of(values, [](Number x) { return std::isfinite(x); });
}

/// Whether an operator is to be named for what it made of its operands: a NaN of none, or infinity of finite ones.
/// What was given may be NaN or infinite, and be masked later. Minus infinity may be made too, as the logarithm of what
/// cannot be: it harms where it becomes a NaN, or an output.
template <class Number>
bool is_made_not_finite(std::span<const Number> result, std::size_t rows,
                        std::span<const ReadValues<Number>> operands) {
    if (all_finite(result)) return false;
    NonFiniteKinds whole;
    for (const ReadValues<Number>& operand : operands)
        if (operand.extent == Extent::whole) whole.add(operand.values);
    for (std::size_t begin = 0; begin < result.size(); begin += rows) {
        NonFiniteKinds of_column = whole;
        for (const ReadValues<Number>& operand : operands)
            if (operand.extent == Extent::column)
                of_column.add(operand.values.subspan(begin / rows * operand.rows, operand.rows));
        for (std::size_t i = begin; i < begin + rows; ++i) {
            const Number x = result[i];
            if (std::isfinite(x)) continue;
            NonFiniteKinds read = of_column;
            for (const ReadValues<Number>& operand : operands)
                if (operand.extent == Extent::entry) read.add(operand.values.subspan(i, 1));
            if (std::isnan(x) ? !read.has_nan : x > 0 && !read.has_infinity) return true;
        }
    }
    return false;
}

/// The first operand that a result which is not finite has that from: one with a NaN, if the result has one and there is
/// such an operand.
template <class Number>
std::optional<std::size_t> first_not_finite_operand(std::span<const Number> result,
                                                    std::span<const ReadValues<Number>> operands) {
    NonFiniteKinds made;
    made.add(result);
    std::optional<std::size_t> found;
    for (std::size_t i = operands.size(); i-- > 0;) {
        NonFiniteKinds read;
        read.add(operands[i].values);
        if (made.has_nan ? read.has_nan : read.has_infinity) found = i;
    }
    for (std::size_t i = operands.size(); !found && i-- > 0;)
        if (!all_finite(operands[i].values)) found = i;
    return found;
}

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

/// The text of the error: where the first NaN is, or else the first infinite entry, and the ranges of all values.
std::string to_text(const NotFinite& found);

}  // namespace revolute::detail
