#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = sqrt x  =>  x_bar = y_bar / (2 y). Uses y, so x need not be kept for the backward pass.
constinit const Op sqrt_op{
    .name = "sqrt",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return std::sqrt(z); });
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::sqrt>,
    .pullback = {[](const Pullback& p) { return 0.5 * (p.adjoint / p.output); }},
    .definition = "#1^(1/2)",
    .latex = R"(\sqrt{#1})",
    .example = {.operands = {{{2, 3}}}, .domains = {{{0.5, 2.5}}}},
};

Expr sqrt(Operand x) { return apply(sqrt_op, {x}); }

}  // namespace revolute
