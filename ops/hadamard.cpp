#include <revolute/graph/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/entrywise.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = a o b  =>  a_bar = y_bar o b,  b_bar = y_bar o a.
constinit const Op hadamard_op{
    .name = "hadamard",
    .arity = 2,
    .shape = equal_shapes,
    .role = Role::elementwise,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = as_eigen(x[0]).cwiseProduct(as_eigen(x[1])); },
    .fast = detail::entrywise([](auto a, auto b) { return a * b; }),
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, p.input(1)); },
                 [](const Pullback& p) { return hadamard(p.adjoint, p.input(0)); }},
    .text = "#1 o #2",
    .precedence = Precedence::product,
    .latex = "#1 \\odot #2",
    .example = {.operands = {{{2, 3}, {2, 3}}}},
};

Expr hadamard(Operand a, Operand b) { return apply(hadamard_op, {a, b}); }

}  // namespace revolute
