#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/detail/exponentials.hpp>
#include <revolute/ops/detail/softmax_rules.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/softmax.hpp>

#include <algorithm>

namespace revolute {

// y = exp(x) / sum of exp(x), each column; zeros where all of it is -inf, since nothing is there to
// be shared => x_bar = y o (y_bar - the column sums of y o y_bar).
constinit const Op softmax_op{
    .name = "softmax",
    .shape = same_as_input,
    .operations_per_entry = 5,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto rows = static_cast<std::size_t>(y.rows);
            for (std::size_t begin = 0; begin < y.size(); begin += rows) {
                const auto column = x[0].values().subspan(begin, rows);
                const detail::Exponentials e = detail::exponentials_of(column);
                std::ranges::transform(column, y.data + begin,
                                       [&](double z) { return e.share(z); });
            }
        },
    .fast_matrix = vector_math::fast<vector_math::Reduction::softmax>,
    .pullback = {[](const Pullback& p) {
        return detail::times_softmax_jacobian(p.output, p.adjoint);
    }},
    .pushforward = {[](const Pushforward& p) {
        return detail::times_softmax_jacobian(p.output, p.tangent);
    }},
    .definition = "exp(#1) over the sum of exp(#1) in each column",
    .latex = R"(\operatorname{softmax}\left(#1\right))",
    .example = {.operands = {{{4, 3}}}},
};

Expr softmax(Operand x) { return apply(softmax_op, {x}); }

Expr softmax_of_rows(Operand x) {
    return transpose(Operand(softmax(Operand(transpose(x), x.line)), x.line));
}

}  // namespace revolute
