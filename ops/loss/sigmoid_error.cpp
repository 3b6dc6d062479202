#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

/// For z > 0 as (1 - Y) - sigmoid(-z): next to 1, the sigmoid has lost the digits of its distance
/// from it.
constexpr auto error_of = [](auto z, auto target) {
    const auto e = std::exp(-std::abs(z));
    const auto smaller = e / (1 + e);  // sigmoid(-|z|)
    return z > 0 ? (1 - target) - smaller : smaller - target;
};

}  // namespace

// y = sigmoid(z) - Y => z_bar = y_bar o sigmoid(z) o sigmoid(-z), Y_bar = -y_bar. Where Y is 0 or 1
// each entry is right to a few units in its last place, however close the sigmoid is to it.
constinit const Op sigmoid_error_op{
    .name = "sigmoid_error",
    .arity = 2,
    .shape = equal_shapes,
    .role = Role::elementwise,
    .operations_per_entry = 6,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), x[1].values(), y.data, error_of);
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::sigmoid_error>,
    .term_sizes =
        [](const Arguments& x, MatrixView sizes) {
            sigmoid_op.evaluate({x.operands.first(1), {}}, sizes);
        },
    .pullback = {[](const Pullback& p) {
                     const Expr z = p.input(0);
                     return hadamard(p.adjoint, hadamard(sigmoid(z), sigmoid(-z)));
                 },
                 [](const Pullback& p) { return -p.adjoint; }},
    .text = "sigmoid(#1) - #2",
    .precedence = Precedence::sum,
    .latex = R"(\sigma\left(#1\right) - #2)",
    .example = {.operands = {{{2, 3}, {2, 3}}}, .domains = {{{-2, 2}, {0, 1}}}},
};

Expr sigmoid_error(Operand z, Operand target) { return apply(sigmoid_error_op, {z, target}); }

}  // namespace revolute
