#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = k x, k a number  =>  x_bar = k y_bar.
constinit const Op scale_op{
    .name = "scale",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = x.attribute(0) * as_eigen(x[0]); },
    .fast = vector_math::fast<vector_math::Function::scale>,
    .pullback = {[](const Pullback& p) { return scale(p.attribute(0), p.adjoint); }},
    .text = "@1 #1",
    .precedence = Precedence::product,
    .latex = "@1 \\, #1",
    .example = {.operands = {{{2, 3}}}, .attributes = {1.5}, .attribute_count = 1},
};

Expr scale(double factor, Operand x) { return apply(scale_op, {x}, {factor}); }

Expr operator*(double factor, Operand x) { return scale(factor, x); }

Expr operator*(Operand x, double factor) { return scale(factor, x); }

}  // namespace revolute
