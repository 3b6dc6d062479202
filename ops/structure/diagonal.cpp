#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/structure.hpp>

namespace revolute {

namespace {

constexpr auto take_diagonal = [](const auto& x, auto y) {
    for (int i = 0; i < y.rows; ++i) y(i, 0) = x[0](i, i);
};

}  // namespace

// y(i) = A(i, i)  =>  A_bar = y_bar on the diagonal, zeros beside it.
constinit const Op diagonal_op{
    .name = "diagonal",
    .shape = [](const ShapeArguments& x) -> Shape {
        require_square(x);
        return {x[0].rows, 1};
    },
    .operations_per_entry = 0,
    .evaluate = take_diagonal,
    .fast_matrix = {take_diagonal, take_diagonal},
    .pullback = {[](const Pullback& p) { return diagonal_matrix(p.adjoint); }},
    .pushforward = {multilinear},
    .definition = "the diagonal of #1 as a column",
    .latex = R"(\operatorname{diagonal}\left(#1\right))",
    .example = {.operands = {{{3, 3}}}},
};

Expr diagonal(Operand A) { return apply(diagonal_op, {A}); }

}  // namespace revolute
