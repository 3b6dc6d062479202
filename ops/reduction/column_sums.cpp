#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/ordered_sum.hpp>
#include <revolute/ops/reduction.hpp>

#include <cstddef>

namespace revolute {

// y(c) = sum over r of x(r, c)  =>  x_bar(r, c) = y_bar(c).
constinit const Op column_sums_op{
    .name = "column_sums",
    .shape = [](const ShapeArguments& x) -> Shape {
        return {1, x[0].columns};
    },
    .role = Role::column_sum,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto rows = static_cast<std::size_t>(x[0].rows);
            for (std::size_t c = 0; c < y.size(); ++c)
                y.values()[c] = detail::ordered_sum(x[0].values().subspan(c * rows, rows));
        },
    .fast_matrix = vector_math::fast<vector_math::Reduction::column_sums>,
    .pullback = {[](const Pullback& p) {
        return broadcast_rows(p.adjoint, p.input().shape().rows);
    }},
    .pushforward = {multilinear},
    .definition = "the sum of each column",
    .latex = R"(\mathbf{1}^{\top} #1)",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{2, 3}}}},
};

Expr column_sums(Operand x) { return apply(column_sums_op, {x}); }

}  // namespace revolute
