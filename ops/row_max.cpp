#include <revolute/graph/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>

namespace revolute {

namespace {

/// 1 at the first of the largest entries of each row, 0 elsewhere.
Expr first_row_max(Expr x) { return transpose(first_column_max(transpose(x))); }

}  // namespace

// y(r) = max over c of x(r, c)  =>  x_bar = y_bar(r) at the first of the largest entries, 0 elsewhere.
constinit const Op row_max_op{
    .name = "row_max",
    .shape = [](const ShapeArguments& x) -> Shape {
        return {x[0].rows, 1};
    },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (int r = 0; r < y.rows; ++r)
                y(r, 0) = as_eigen(x[0]).row(r).maxCoeff<Eigen::PropagateNaN>();
        },
    .pullback = {[](const Pullback& p) {
        const Expr largest = first_row_max(p.input());
        return hadamard(largest, broadcast_columns(p.adjoint, largest.shape().columns));
    }},
    .pushforward = {[](const Pushforward& p) {
        return row_sums(hadamard(first_row_max(p.input()), p.tangent));
    }},
    .definition = "the largest entry of each row",
    .latex = R"(\max_{c} #1)",
    .example = {.operands = {{{2, 4}}}},
};

Expr row_max(Operand x) { return apply(row_max_op, {x}); }

}  // namespace revolute
