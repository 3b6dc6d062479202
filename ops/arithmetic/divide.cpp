#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = a / b, entry by entry  =>  a_bar = y_bar / b,  b_bar = -(y_bar o y) / b.
constinit const Op divide_op{
    .name = "divide",
    .arity = 2,
    .shape = equal_shapes,
    .role = Role::elementwise,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = as_eigen(x[0]).cwiseQuotient(as_eigen(x[1])); },
    .fast = vector_math::fast<vector_math::SpecialFunction::divide>,
    .pullback = {[](const Pullback& p) { return p.adjoint / p.input(1); },
                 [](const Pullback& p) { return -(hadamard(p.adjoint, p.output) / p.input(1)); }},
    .text = "#1 / #2",
    .precedence = Precedence::product,
    .latex = R"(#1 \oslash #2)",
    .example = {.operands = {{{2, 3}, {2, 3}}}, .domains = {{{-2, 2}, {0.5, 2.5}}}},
};

Expr divide(Operand a, Operand b) { return apply(divide_op, {a, b}); }

Expr operator/(Operand a, Operand b) { return apply(divide_op, {a, b}); }

Expr operator/(Operand a, double b) { return apply(divide_op, {a, constant_like(a, b)}); }

Expr operator/(double a, Operand b) { return apply(divide_op, {constant_like(b, a), b}); }

}  // namespace revolute
