#include <revolute/graph/graph.hpp>
#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/exponentials.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/softmax.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <cmath>
#include <span>

namespace revolute {

namespace {

/// A column of -inf has the sum 0, whose logarithm is -inf.
double log_sum_exp_of(std::span<const double> column) {
    const detail::Exponentials e = detail::exponentials_of(column);
    return std::isinf(e.largest) ? e.largest : e.largest + std::log1p(e.others);
}

}  // namespace

// y(c) = log of the sum over r of exp(x(r, c))  =>  x_bar(r, c) = y_bar(c) softmax(x)(r, c), which
// is 0 all over a column of -inf.
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
    .fast_matrix = vector_math::fast<vector_math::Reduction::log_sum_exp>,
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

Expr log_sum_exp_of_rows(Operand x) {
    return transpose(Operand(log_sum_exp(Operand(transpose(x), x.line)), x.line));
}

Expr log_sum_exp(const std::vector<Expr>& terms, SourceLine line) {
    if (terms.empty())
        throw GraphError(
            fmt::format("log_sum_exp: needs an operand\n  asked for at {}", to_string(line)));
    // Each as a row, so that what belongs together is a column.
    std::vector<Operand> as_rows;
    for (const Expr& term : terms) {
        if (term.graph == nullptr)
            throw GraphError(
                fmt::format("log_sum_exp: operand {} is an empty expression\n  asked for at {}",
                            as_rows.size(), to_string(line)));
        if (term.shape() != terms.front().shape())
            throw ShapeError(fmt::format(
                "log_sum_exp: the operands must have one shape\n  operand 0 is {}\n  operand {} is "
                "{}\n  asked for at {}",
                term.graph->describe(terms.front().id), as_rows.size(),
                term.graph->describe(term.id), to_string(line)));
        as_rows.emplace_back(reshape(Operand(term, line), 1, static_cast<int>(term.shape().size())),
                             line);
    }
    const Shape shape = terms.front().shape();
    const Expr all = log_sum_exp(Operand(stack_rows(as_rows), line));
    return reshape(Operand(all, line), shape.rows, shape.columns);
}

}  // namespace revolute
