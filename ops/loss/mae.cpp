#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/detail/column_mean.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

namespace {

Expr direction(const RuleSite& p) { return sign(p.input(0) - p.input(1)); }
Expr opposite(const RuleSite& p) { return sign(p.input(1) - p.input(0)); }

}  // namespace

// L = 1/B sum |y - Y|  =>  y_bar = L_bar sign(y - Y) / B,  Y_bar = L_bar sign(Y - y) / B.
constinit const Op mae_op{
    .name = "mae",
    .arity = 2,
    .shape = equal_shapes_to_scalar,
    .is_loss = true,
    .operations_per_entry = 3,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            y(0, 0) = (as_eigen(x[0]) - as_eigen(x[1])).cwiseAbs().sum() / x[0].columns;
        },
    .fast_matrix = vector_math::fast<vector_math::Reduction::absolute_error>,
    .pullback = {detail::pull_back_mean<direction>, detail::pull_back_mean<opposite>},
    .pushforward = {detail::push_forward_mean<direction>, detail::push_forward_mean<opposite>},
    .text = "mean |#1 - #2|",
    .definition = "the sum of |#1 - #2|, over B",
    .precedence = Precedence::product,
    .latex = R"(\tfrac{1}{B} \left\lVert #1 - #2 \right\rVert_{1})",
    .example = {.operands = {{{3, 2}, {3, 2}}}},
};

Expr mae(Operand y, Operand target) { return apply(mae_op, {y, target}); }

}  // namespace revolute
