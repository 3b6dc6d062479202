#include <revolute/graph/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

namespace {

/// (y - Y) / B, without a factor when there is one column.
Expr mean_error(const RuleSite& p) {
    const Expr error = p.input(0) - p.input(1);
    const int columns = error.shape().columns;
    return columns == 1 ? error : (1.0 / columns) * error;
}

}  // namespace

// L = 1/(2 B) sum (y - Y)^2  =>  y_bar = L_bar (y - Y) / B,  Y_bar = -y_bar.
// Forward:  L_dot = sum((y - Y) / B o (y_dot - Y_dot)).
constinit const Op mse_op{
    .name = "mse",
    .arity = 2,
    .shape =
        [](const ShapeArguments& x) {
            return equal_shapes(x), Shape{1, 1};
        },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            y(0, 0) = (as_eigen(x[0]) - as_eigen(x[1])).squaredNorm() / (2.0 * x[0].columns);
        },
    .pullback = {[](const Pullback& p) { return multiply(p.adjoint, mean_error(p)); },
                 [](const Pullback& p) { return -multiply(p.adjoint, mean_error(p)); }},
    .pushforward = {[](const Pushforward& p) { return sum(hadamard(mean_error(p), p.tangent)); },
                    [](const Pushforward& p) { return -sum(hadamard(mean_error(p), p.tangent)); }},
    .text = "1/2 mean |#1 - #2|^2",
    .precedence = Precedence::product,
    .latex = R"(\tfrac{1}{2B} \left\lVert #1 - #2 \right\rVert^{2})",
    .example = {.operands = {{{3, 2}, {3, 2}}}},
};

Expr mse(Operand y, Operand target) { return apply(mse_op, {y, target}); }

}  // namespace revolute
