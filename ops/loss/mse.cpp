#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/detail/column_mean.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

namespace {

Expr error(const RuleSite& p) { return p.input(0) - p.input(1); }
Expr negative_error(const RuleSite& p) { return p.input(1) - p.input(0); }

}  // namespace

// L = 1/(2 B) sum (y - Y)^2  =>  y_bar = L_bar (y - Y) / B,  Y_bar = L_bar (Y - y) / B.
constinit const Op mse_op{
    .name = "mse",
    .arity = 2,
    .shape = equal_shapes_to_scalar,
    .is_loss = true,
    .operations_per_entry = 3,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            y(0, 0) = (as_eigen(x[0]) - as_eigen(x[1])).squaredNorm() / (2.0 * x[0].columns);
        },
    .fast_matrix = vector_math::fast<vector_math::Reduction::half_squared_error>,
    .pullback = {detail::pull_back_mean<error>, detail::pull_back_mean<negative_error>},
    .pushforward = {detail::push_forward_mean<error>, detail::push_forward_mean<negative_error>},
    .text = "1/2 mean |#1 - #2|^2",
    .definition = "the sum of (#1 - #2)^2, over 2 B",
    .precedence = Precedence::product,
    .latex = R"(\tfrac{1}{2B} \left\lVert #1 - #2 \right\rVert^{2})",
    .example = {.operands = {{{3, 2}, {3, 2}}}},
};

Expr mse(Operand y, Operand target) { return apply(mse_op, {y, target}); }

}  // namespace revolute
