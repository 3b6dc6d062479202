#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <Eigen/LU>
#include <fmt/format.h>

namespace revolute {

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
    .operations =
        [](Shape first, Shape output) {
            const std::int64_t n = first.rows, m = output.columns;
            return n * n * n + 2 * n * n * m;
        },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            as_eigen(y) = as_eigen(x[0]).partialPivLu().solve(as_eigen(x[1]));
        },
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
