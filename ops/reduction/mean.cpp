#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/ordered_sum.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y = sum of all x(r, c) / (n m)  =>  x_bar(r, c) = y_bar / (n m).
constinit const Op mean_op{
    .name = "mean",
    .shape = scalar_output,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            y(0, 0) = detail::ordered_sum(x[0].values()) / static_cast<double>(x[0].size());
        },
    .fast_matrix = vector_math::fast<vector_math::Reduction::mean>,
    .pullback = {[](const Pullback& p) {
        const Shape shape = p.input().shape();
        const Expr share = (1.0 / static_cast<double>(shape.size())) * p.adjoint;
        return broadcast(share, shape.rows, shape.columns);
    }},
    .pushforward = {multilinear},
    .definition = "sum(#1) over the number of entries",
    .latex = R"(\operatorname{mean}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr mean(Operand x) { return apply(mean_op, {x}); }

}  // namespace revolute
