#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>

namespace revolute {

// y = max(x, 0) => x_bar = y_bar o H(x), H the Heaviside step; at x = 0 the derivative is taken as
// 0.
constinit const Op relu_op{
    .name = "relu",
    .shape = same_as_input,
    .role = Role::elementwise,
    // Written so that a NaN stays one.
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return z < 0 ? 0.0 : z; });
        },
    .fast = vector_math::fast<vector_math::Function::relu>,
    .derivative_by_output = [](Expr y) { return heaviside(y); },
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, heaviside(p.input())); }},
    .definition = "#1 where #1 > 0, else 0",
    .latex = R"(\operatorname{relu}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr relu(Operand x) { return apply(relu_op, {x}); }

}  // namespace revolute
