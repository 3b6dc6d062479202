#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/detail/column_mean.hpp>
#include <revolute/ops/detail/term_sizes.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <cmath>

namespace revolute {

namespace {

Expr by_logit(const RuleSite& p) { return sigmoid_error(p.input(0), p.input(1)); }
Expr by_target(const RuleSite& p) { return -p.input(0); }

/// -Y log s - (1 - Y) log(1 - s) for s = sigmoid(z): the loss of the class that z is against, by
/// its weight, and what is left at any |z|. For Y from 0 to 1 neither is negative, so nothing
/// cancels. A weight of 0 beside an infinite z is no loss.
double entropy_of(double z, double target) {
    const double weight = z > 0 ? 1.0 - target : target;
    return (weight == 0.0 ? 0.0 : weight * std::abs(z)) + std::log1p(std::exp(-std::abs(z)));
}

}  // namespace

// L = 1/B sum (softplus(z) - Y o z)  =>  z_bar = L_bar (sigmoid(z) - Y) / B,  Y_bar = -L_bar z / B.
constinit const Op binary_cross_entropy_with_logits_op{
    .name = "binary_cross_entropy_with_logits",
    .arity = 2,
    .shape = equal_shapes_to_scalar,
    .is_loss = true,
    .operations_per_entry = 8,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            double sum = 0.0;
            for (std::size_t i = 0; i < x[0].size(); ++i)
                sum += entropy_of(x[0].data[i], x[1].data[i]);
            y(0, 0) = sum / x[0].columns;
        },
    .fast_matrix = vector_math::fast<vector_math::Reduction::binary_cross_entropy>,
    .term_sizes = detail::terms_of_size_one,
    .pullback = {detail::pull_back_mean<by_logit>, detail::pull_back_mean<by_target>},
    .pushforward = {detail::push_forward_mean<by_logit>, detail::push_forward_mean<by_target>},
    .definition = "the sum of log(1 + exp(#1)) - #2 #1, over B",
    .latex = R"(\tfrac{1}{B} \sum \operatorname{bce}\left(\sigma(#1), #2\right))",
    .example = {.operands = {{{3, 2}, {3, 2}}}, .domains = {{{-2, 2}, {0, 1}}}},
};

Expr binary_cross_entropy_with_logits(Operand z, Operand target) {
    return apply(binary_cross_entropy_with_logits_op, {z, target});
}

}  // namespace revolute
