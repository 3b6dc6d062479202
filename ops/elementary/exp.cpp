#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = exp x  =>  x_bar = y_bar o y. Uses y, so x need not be kept for the backward pass.
constinit const Op exp_op{
    .name = "exp",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return std::exp(z); });
        },
    .fast = vector_math::fast<vector_math::Function::exp>,
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, p.output); }},
    .definition = "e^#1",
    .latex = R"(\exp\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr exp(Operand x) { return apply(exp_op, {x}); }

}  // namespace revolute
