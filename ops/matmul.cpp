#include <revolute/graph/eigen.hpp>
#include <revolute/ops/product.hpp>

#include <fmt/format.h>

namespace revolute {

// Y = A B  =>  A_bar = Y_bar B',  B_bar = A' Y_bar.
constinit const Op matmul_op{
    .name = "matmul",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[0].columns != x[1].rows)
            x.fail(
                fmt::format("columns of the first operand ({}) must equal rows of the second ({})",
                            x[0].columns, x[1].rows));
        return {x[0].rows, x[1].columns};
    },
    .role = Role::product,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y).noalias() = as_eigen(x[0]) * as_eigen(x[1]); },
    .pullback = {[](const Pullback& p) { return p.adjoint * transpose(p.input(1)); },
                 [](const Pullback& p) { return transpose(p.input(0)) * p.adjoint; }},
    .pushforward = PerOperand<PushforwardRule>::every(multilinear),
    .text = "#1 #2",
    .precedence = Precedence::product,
    .latex = "#1 #2",
    .example = {.operands = {{{2, 3}, {3, 4}}}},
};

Expr matmul(Operand a, Operand b) { return apply(matmul_op, {a, b}); }

Expr operator*(Operand a, Operand b) { return apply(matmul_op, {a, b}); }

}  // namespace revolute
