#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = sin x  =>  x_bar = y_bar o cos x.
constinit const Op sin_op{
    .name = "sin",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return std::sin(z); });
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::sin>,
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, cos(p.input())); }},
    .definition = "the sine of #1 radians",
    .latex = R"(\sin\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr sin(Operand x) { return apply(sin_op, {x}); }

}  // namespace revolute
