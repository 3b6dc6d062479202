#include <revolute/graph/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/softmax.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

/// A column of -inf has no finite entry to be shifted by: its sum is 0, its logarithm -inf.
double log_sum_exp_of(std::span<const double> column) {
    double largest = column.front();
    for (const double value : column)
        largest = std::isnan(value) ? value : std::max(largest, value);
    if (std::isinf(largest) || std::isnan(largest)) return largest;
    double sum = 0.0;
    for (const double value : column) sum += std::exp(value - largest);
    return largest + std::log(sum);
}

}  // namespace

// y(c) = log of the sum over r of exp(x(r, c))  =>  x_bar(r, c) = y_bar(c) softmax(x)(r, c).
constinit const Op log_sum_exp_op{
    .name = "log_sum_exp",
    .shape = [](const ShapeArguments& x) -> Shape {
        return {1, x[0].columns};
    },
    .operations_per_entry = 4,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto rows = static_cast<std::size_t>(x[0].rows);
            for (std::size_t c = 0; c < y.size(); ++c)
                y.data[c] = log_sum_exp_of(x[0].values().subspan(c * rows, rows));
        },
    .pullback = {[](const Pullback& p) {
        return hadamard(softmax(p.input()), broadcast_rows(p.adjoint, p.input().shape().rows));
    }},
    .pushforward = {[](const Pushforward& p) {
        return column_sums(hadamard(softmax(p.input()), p.tangent));
    }},
    .definition = "log of the sum of exp(#1) over each column",
    .latex = R"(\operatorname{logsumexp}\left(#1\right))",
    .example = {.operands = {{{4, 3}}}},
};

Expr log_sum_exp(Operand x) { return apply(log_sum_exp_op, {x}); }

}  // namespace revolute
