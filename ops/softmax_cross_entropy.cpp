#include <revolute/graph/eigen.hpp>
#include <revolute/ops/detail/column_mean.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/softmax.hpp>

#include <fmt/format.h>

#include <cmath>

namespace revolute {

namespace {

Expr error(const RuleSite& p) {
    const Expr probabilities = softmax(p.input(0));
    return probabilities - one_hot(p.input(1), probabilities.shape().rows);
}

}  // namespace

// L = -1/B sum over c of log softmax(z)(class(c), c)  =>  z_bar = L_bar (softmax(z) - one_hot) / B.
constinit const Op softmax_cross_entropy_op{
    .name = "softmax_cross_entropy",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[1] != Shape{1, x[0].columns})
            x.fail(
                fmt::format("the classes must be {}, one for each column of the first operand ({})",
                            to_string(Shape{1, x[0].columns}), to_string(x[1])));
        return {1, 1};
    },
    // log sum exp(z) - z(class), each column shifted by its largest entry.
    .operations_per_entry = 4,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto z = as_eigen(x[0]).array();
            double sum = 0.0;
            for (int c = 0; c < x[0].columns; ++c) {
                const double largest = z.col(c).maxCoeff();
                sum += std::log((z.col(c) - largest).exp().sum()) + largest -
                       z(index_at(x[1], c, x[0].rows), c);
            }
            y(0, 0) = sum / x[0].columns;
        },
    .pullback = {pull_back_mean<error>, zero_derivative},
    .pushforward = {push_forward_mean<error>},
    .definition =
        "the sum of log(sum over r of exp(#1(r, c))) - #1(#2(c), c) over columns c, over B",
    .latex = R"(\operatorname{crossentropy}\left(#1, #2\right))",
    .example = {.operands = {{{4, 3}, {1, 3}}}, .domains = {{{-2, 2, false}, {0, 3, true}}}},
};

Expr softmax_cross_entropy(Operand z, Operand classes) {
    return apply(softmax_cross_entropy_op, {z, classes});
}

}  // namespace revolute
