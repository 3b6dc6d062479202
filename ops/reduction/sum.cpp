#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/ordered_sum.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = sum of all x(r, c)  =>  x_bar(r, c) = y_bar.
constinit const Op sum_op{
    .name = "sum",
    .shape = scalar_output,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { y(0, 0) = detail::ordered_sum(x[0].values()); },
    .fast_matrix = vector_math::fast<vector_math::Reduction::sum>,
    .pullback = {[](const Pullback& p) {
        return broadcast(p.adjoint, p.input().shape().rows, p.input().shape().columns);
    }},
    .pushforward = {multilinear},
    .definition = "the sum of all entries",
    .latex = R"(\mathbf{1}^{\top} #1 \mathbf{1})",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{2, 3}}}},
};

Expr sum(Operand x) { return apply(sum_op, {x}); }

}  // namespace revolute
