#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = 1 / x  =>  x_bar = -y_bar o y o y. Uses y, so x need not be kept for the backward pass.
constinit const Op reciprocal_op{
    .name = "reciprocal",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = as_eigen(x[0]).cwiseInverse(); },
    .fast = vector_math::fast<vector_math::SpecialFunction::reciprocal>,
    .pullback = {[](const Pullback& p) { return -hadamard(p.adjoint, square(p.output)); }},
    .text = "#1^-1",
    .precedence = Precedence::power,
    .latex = R"(#1^{-1})",
    .example = {.operands = {{{2, 3}}}, .domains = {{{0.5, 2.5}}}},
};

Expr reciprocal(Operand x) { return apply(reciprocal_op, {x}); }

}  // namespace revolute
