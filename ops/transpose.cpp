#include <revolute/graph/eigen.hpp>
#include <revolute/ops/product.hpp>

namespace revolute {

// Y = X'  =>  X_bar = Y_bar'.
constinit const Op transpose_op{
    .name = "transpose",
    .shape = [](const ShapeArguments& x) -> Shape {
        return {x[0].columns, x[0].rows};
    },
    .role = Role::transpose,
    .evaluate = [](const Arguments& x, MatrixView y) { as_eigen(y) = as_eigen(x[0]).transpose(); },
    .pullback = {[](const Pullback& p) { return transpose(p.adjoint); }},
    .pushforward = {multilinear},
    .text = "#1'",
    .precedence = Precedence::power,
    .latex = "#1^{\\top}",
    .example = {.operands = {{{2, 3}}}},
};

Expr transpose(Operand x) { return apply(transpose_op, {x}); }

}  // namespace revolute
