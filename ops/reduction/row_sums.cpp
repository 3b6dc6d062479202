#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/reduction.hpp>

namespace revolute {

// y(r) = sum over c of x(r, c)  =>  x_bar(r, c) = y_bar(r).
constinit const Op row_sums_op{
    .name = "row_sums",
    .shape = [](const ShapeArguments& x) -> Shape {
        return {x[0].rows, 1};
    },
    .role = Role::row_sum,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = as_eigen(x[0]).rowwise().sum(); },
    .fast_matrix = vector_math::fast<vector_math::Reduction::row_sums>,
    .pullback = {[](const Pullback& p) {
        return broadcast_columns(p.adjoint, p.input().shape().columns);
    }},
    .pushforward = {multilinear},
    .definition = "the sum of each row",
    .latex = R"(#1 \mathbf{1})",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{2, 3}}}},
};

Expr row_sums(Operand x) { return apply(row_sums_op, {x}); }

}  // namespace revolute
