#include <revolute/graph/graph.hpp>
#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = a + b  =>  a_bar = y_bar,  b_bar = y_bar.
constinit const Op add_op{
    .name = "add",
    .arity = 2,
    .shape = equal_shapes,
    .role = Role::sum,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = as_eigen(x[0]) + as_eigen(x[1]); },
    .fast = vector_math::fast<vector_math::Function::add>,
    .pullback = {[](const Pullback& p) { return p.adjoint; },
                 [](const Pullback& p) { return p.adjoint; }},
    .text = "#1 + #2",
    .precedence = Precedence::sum,
    .latex = "#1 + #2",
    .example = {.operands = {{{2, 3}, {2, 3}}}},
};

Expr operator+(Operand a, Operand b) { return apply(add_op, {a, b}); }

Expr operator+(Operand a, double b) { return apply(add_op, {a, constant_like(a, b)}); }

Expr operator+(double a, Operand b) { return apply(add_op, {constant_like(b, a), b}); }

Expr& operator+=(Expr& sum, Operand term) { return sum = Operand(sum, term.line) + term; }

}  // namespace revolute
