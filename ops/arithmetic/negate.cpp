#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = -x  =>  x_bar = -y_bar.
constinit const Op negate_op{
    .name = "negate",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate = [](const Arguments& x, MatrixView y) { as_eigen(y) = -as_eigen(x[0]); },
    .fast = vector_math::fast<vector_math::Function::negate>,
    .pullback = {[](const Pullback& p) { return -p.adjoint; }},
    .text = "-#1",
    .precedence = Precedence::sum,
    .latex = "-#1",
    .example = {.operands = {{{2, 3}}}},
};

Expr operator-(Operand x) { return apply(negate_op, {x}); }

}  // namespace revolute
