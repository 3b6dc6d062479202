#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/lu_decomposition.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace revolute {

namespace {

constexpr auto solve_for = [](const auto& x, auto y) {
    detail::solve_by_columns(x[0], y, [&x](int c, std::span<double> column) {
        std::ranges::copy(x[1].column(c), column.begin());
    });
};

}  // namespace

// A X = B, so dA X + A dX = dB  =>  B_bar = A'^-1 X_bar, A_bar = -B_bar X'.
constinit const Op solve_op{
    .name = "solve",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        require_square(x);
        if (x[0].rows != x[1].rows)
            x.fail(fmt::format("rows of the second operand ({}) must be those of the first ({})",
                               x[1].rows, x[0].rows));
        return x[1];
    },
    .operations_by_size =
        [](Shape first, Shape output) { return first.rows + 2 * std::int64_t{output.columns}; },
    .evaluate = solve_for,
    .fast_matrix = {solve_for, solve_for},
    .pullback = {[](const Pullback& p) {
                     const Expr of_right = solve(transpose(p.input(0)), p.adjoint);
                     return -(of_right * transpose(p.output));
                 },
                 [](const Pullback& p) { return solve(transpose(p.input(0)), p.adjoint); }},
    .pushforward = {[](const Pushforward& p) { return -solve(p.input(0), p.tangent * p.output); },
                    multilinear},
    .definition = "the matrix X with #1 X = #2",
    .latex = "#1^{-1} #2",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{3, 3}, {3, 2}}}},
};

Expr solve(Operand A, Operand B) { return apply(solve_op, {A, B}); }

}  // namespace revolute
