#include <revolute/graph/graph.hpp>
#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/detail/column_mean.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <fmt/format.h>

#include <cmath>

namespace revolute {

namespace {

Expr bounded(const RuleSite& p, Expr error) {
    return clamp(error, -p.attribute(0), p.attribute(0));
}
Expr bounded_error(const RuleSite& p) { return bounded(p, p.input(0) - p.input(1)); }
Expr bounded_opposite(const RuleSite& p) { return bounded(p, p.input(1) - p.input(0)); }

double huber_of(double error, double delta) {
    const double size = std::abs(error);
    return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
}

}  // namespace

// L = 1/B sum phi(y - Y), phi(e) = e^2 / 2 where |e| <= d, else d (|e| - d/2) (Huber 1964)
// =>  y_bar = L_bar clamp(y - Y, -d, d) / B,  Y_bar = L_bar clamp(Y - y, -d, d) / B.
constinit const Op huber_op{
    .name = "huber",
    .arity = 2,
    .shape =
        [](const ShapeArguments& x) {
            if (!(x.attributes[0] > 0))
                x.fail(fmt::format("delta must be positive ({})", x.attributes[0]));
            return equal_shapes_to_scalar(x);
        },
    .is_loss = true,
    .operations_per_entry = 5,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            double sum = 0.0;
            for (std::size_t i = 0; i < x[0].size(); ++i)
                sum += huber_of(x[0].data[i] - x[1].data[i], x.attribute(0));
            y(0, 0) = sum / x[0].columns;
        },
    .fast_matrix = vector_math::fast<vector_math::Reduction::huber>,
    .pullback = {detail::pull_back_mean<bounded_error>, detail::pull_back_mean<bounded_opposite>},
    .pushforward = {detail::push_forward_mean<bounded_error>,
                    detail::push_forward_mean<bounded_opposite>},
    .text = "mean huber(#1 - #2, @1)",
    .definition =
        "the sum of phi(#1 - #2) over B, phi(e) = e^2 / 2 where |e| <= @1, else @1 (|e| - @1 / 2)",
    .precedence = Precedence::product,
    .latex = R"(\tfrac{1}{B} \sum \operatorname{huber}_{@1}\left(#1 - #2\right))",
    .example = {.operands = {{{3, 2}, {3, 2}}}, .attributes = {0.25}, .attribute_count = 1},
};

Expr huber(Operand y, Operand target, double delta) {
    return apply(huber_op, {y, target}, {delta});
}

}  // namespace revolute
