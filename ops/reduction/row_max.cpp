#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>

#include <cmath>

namespace revolute {

namespace {

/// 1 at the first of the largest entries of each row, 0 elsewhere.
Expr first_row_max(Expr x) { return transpose(first_column_max(transpose(x))); }

/// NaN where one is: two choices one after another, which vectors can make.
constexpr auto larger_or_nan = [](auto a, auto b) {
    const auto larger = b > a ? b : a;
    return std::isnan(b) ? b : larger;
};

constexpr auto largest_of_rows = [](const auto& x, auto y) {
    detail::copy(x[0].column(0), y.values());
    for (int c = 1; c < x[0].columns; ++c)
        for (int r = 0; r < y.rows; ++r) y.data[r] = larger_or_nan(y.data[r], x[0](r, c));
};

}  // namespace

// y(r) = max over c of x(r, c) => x_bar = y_bar(r) at the first of the largest entries, 0
// elsewhere.
constinit const Op row_max_op{
    .name = "row_max",
    .shape = [](const ShapeArguments& x) -> Shape {
        return {x[0].rows, 1};
    },
    .evaluate = largest_of_rows,
    .fast_matrix = {largest_of_rows, largest_of_rows},
    .pullback = {[](const Pullback& p) {
        const Expr largest = first_row_max(p.input());
        return hadamard(largest, broadcast_columns(p.adjoint, largest.shape().columns));
    }},
    .pushforward = {[](const Pushforward& p) {
        return row_sums(hadamard(first_row_max(p.input()), p.tangent));
    }},
    .definition = "the largest entry of each row",
    .latex = R"(\max_{c} #1)",
    .example = {.operands = {{{2, 4}}}},
};

Expr row_max(Operand x) { return apply(row_max_op, {x}); }

}  // namespace revolute
