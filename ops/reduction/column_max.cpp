#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/reduction.hpp>

namespace revolute {

// y(c) = max over r of x(r, c) => x_bar = y_bar(c) at the first of the largest entries, 0
// elsewhere.
constinit const Op column_max_op{
    .name = "column_max",
    .shape = [](const ShapeArguments& x) -> Shape {
        return {1, x[0].columns};
    },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (int c = 0; c < y.columns; ++c)
                y(0, c) = as_eigen(x[0]).col(c).maxCoeff<Eigen::PropagateNaN>();
        },
    .fast_matrix = vector_math::fast<vector_math::Reduction::column_max>,
    .pullback = {[](const Pullback& p) {
        const Expr largest = first_column_max(p.input());
        return hadamard(largest, broadcast_rows(p.adjoint, largest.shape().rows));
    }},
    .pushforward = {[](const Pushforward& p) {
        return column_sums(hadamard(first_column_max(p.input()), p.tangent));
    }},
    .definition = "the largest entry of each column",
    .latex = R"(\max_{r} #1)",
    .example = {.operands = {{{4, 3}}}},
};

Expr column_max(Operand x) { return apply(column_max_op, {x}); }

}  // namespace revolute
