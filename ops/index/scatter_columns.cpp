#include <revolute/ops/index.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace revolute {

namespace {

constexpr auto scatter = [](const auto& x, auto y) {
    std::ranges::fill(y.values(), 0);
    for (int b = 0; b < x[0].columns; ++b) {
        const auto sum = y.column(index_at(x[1], b, y.columns));
        std::ranges::transform(sum, x[0].column(b), sum.begin(), std::plus{});
    }
};

}  // namespace

// y(:, k) = the sum of x(:, b) over the b with i(b) = k  =>  x_bar(:, b) = y_bar(:, i(b)).
constinit const Op scatter_columns_op{
    .name = "scatter_columns",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[1] != Shape{1, x[0].columns})
            x.fail(
                fmt::format("the indices must be {}, one for each column of the first operand ({})",
                            to_string(Shape{1, x[0].columns}), to_string(x[1])));
        if (x.attributes[0] < 1)
            x.fail(fmt::format("the number of columns must be positive ({})", x.attributes[0]));
        return {x[0].rows, static_cast<int>(x.attributes[0])};
    },
    .evaluate = scatter,
    .fast_matrix = {scatter, scatter},
    .pullback = {[](const Pullback& p) { return gather_columns(p.adjoint, p.input(1)); },
                 zero_derivative},
    .pushforward = {multilinear},
    .definition = "the sum of the columns of #1 for which #2 is c, as column c of @1",
    .latex = R"(\operatorname{scatter}_{#2}\left(#1\right))",
    .example = {.operands = {{{2, 4}, {1, 4}}},
                .domains = {{{-2, 2, false}, {0, 4, true}}},
                .attributes = {5},
                .attribute_count = 1},
};

Expr scatter_columns(Operand x, Operand indices, int total) {
    return apply(scatter_columns_op, {x, indices}, {static_cast<double>(total)});
}

}  // namespace revolute
