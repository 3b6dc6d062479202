#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto scale_each_column = [](const auto& x, auto y) {
    for (int c = 0; c < y.columns; ++c)
        std::ranges::transform(x[0].column(c), y.column(c).begin(),
                               [factor = x[1](0, c)](auto entry) { return entry * factor; });
};

}  // namespace

// y = x diag(d)  =>  x_bar = y_bar diag(d),  d_bar = the column sums of y_bar o x.
constinit const Op scale_columns_op{
    .name = "scale_columns",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[1] != Shape{1, x[0].columns})
            x.fail(
                fmt::format("the factors must be {}, one for each column of the first operand ({})",
                            to_string(Shape{1, x[0].columns}), to_string(x[1])));
        return x[0];
    },
    .evaluate = scale_each_column,
    .fast_matrix = {scale_each_column, scale_each_column},
    .pullback = {[](const Pullback& p) { return scale_columns(p.adjoint, p.input(1)); },
                 [](const Pullback& p) { return column_sums(hadamard(p.adjoint, p.input(0))); }},
    .pushforward = PerOperand<PushforwardRule>::every(multilinear),
    .text = "#1 diag(#2)",
    .precedence = Precedence::product,
    .latex = R"(#1 \operatorname{diag}\left(#2\right))",
    .example = {.operands = {{{2, 3}, {1, 3}}}},
};

Expr scale_columns(Operand x, Operand factors) { return apply(scale_columns_op, {x, factors}); }

}  // namespace revolute
