#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = tanh x  =>  x_bar = y_bar o (1 - y o y). Uses y, so x need not be kept for the backward pass.
constinit const Op tanh_op{
    .name = "tanh",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = as_eigen(x[0]).array().tanh(); },
    .fast = vector_math::fast<vector_math::Function::tanh>,
    .derivative_by_output = [](Expr y) { return 1.0 - square(y); },
    .pullback = {times_derivative_by_output},
    .definition = "(exp(#1) - exp(-#1)) / (exp(#1) + exp(-#1))",
    .latex = R"(\tanh\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr times_derivative_by_output(const Pullback& p) {
    return hadamard(p.adjoint, p.op().derivative_by_output(p.output));
}

Expr tanh(Operand x) { return apply(tanh_op, {x}); }

}  // namespace revolute
