#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace revolute {

namespace {

/// The first NaN, else the first of the largest entries: comparisons with a NaN are all false, so
/// max_element alone would depend on what stands before it.
template <class Number>
std::size_t first_largest(std::span<const Number> column) {
    const auto is_nan = [](Number z) { return std::isnan(z); };
    auto place = std::ranges::find_if(column, is_nan);
    if (place == column.end()) place = std::ranges::max_element(column);
    return static_cast<std::size_t>(place - column.begin());
}

constexpr auto mark_first_largest = [](const auto& x, auto y) {
    std::ranges::fill(y.values(), 0);
    for (int c = 0; c < y.columns; ++c) y.column(c)[first_largest(x[0].column(c))] = 1;
};

}  // namespace

// y(r, c) = 1 where x(r, c) is the first of the largest entries of column c, else 0. A NaN counts
// as the largest.
constinit const Op first_column_max_op{
    .name = "first_column_max",
    .shape = same_as_input,
    .evaluate = mark_first_largest,
    .fast_matrix = {mark_first_largest, mark_first_largest},
    .pullback = {zero_derivative},
    .definition = "1 at the first of the largest entries of each column, else 0",
    .latex = R"(\operatorname{firstmax}\left(#1\right))",
    .example = {.operands = {{{4, 3}}}},
};

Expr first_column_max(Operand x) { return apply(first_column_max_op, {x}); }

}  // namespace revolute
