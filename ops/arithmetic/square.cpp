#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = x o x  =>  x_bar = 2 y_bar o x.
constinit const Op square_op{
    .name = "square",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate = [](const Arguments& x, MatrixView y) { as_eigen(y) = as_eigen(x[0]).cwiseAbs2(); },
    .fast = vector_math::fast<vector_math::Function::square>,
    .pullback = {[](const Pullback& p) { return 2.0 * hadamard(p.adjoint, p.input(0)); }},
    .text = "#1^2",
    .precedence = Precedence::power,
    .latex = "#1^{2}",
    .example = {.operands = {{{2, 3}}}},
};

Expr square(Operand x) { return apply(square_op, {x}); }

}  // namespace revolute
