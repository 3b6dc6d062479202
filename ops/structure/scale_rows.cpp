#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace revolute {

namespace {

constexpr auto scale_each_row = [](const auto& x, auto y) {
    for (int c = 0; c < y.columns; ++c)
        std::ranges::transform(x[0].values(), x[1].column(c), y.column(c).begin(),
                               std::multiplies{});
};

}  // namespace

// y = diag(d) x  =>  d_bar = the row sums of y_bar o x,  x_bar = diag(d) y_bar.
constinit const Op scale_rows_op{
    .name = "scale_rows",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[0] != Shape{x[1].rows, 1})
            x.fail(
                fmt::format("the factors must be {}, one for each row of the second operand ({})",
                            to_string(Shape{x[1].rows, 1}), to_string(x[0])));
        return x[1];
    },
    .evaluate = scale_each_row,
    .fast_matrix = {scale_each_row, scale_each_row},
    .pullback = {[](const Pullback& p) { return row_sums(hadamard(p.adjoint, p.input(1))); },
                 [](const Pullback& p) { return scale_rows(p.input(0), p.adjoint); }},
    .pushforward = PerOperand<PushforwardRule>::every(multilinear),
    .text = "diag(#1) #2",
    .precedence = Precedence::product,
    .latex = R"(\operatorname{diag}\left(#1\right) #2)",
    .example = {.operands = {{{2, 1}, {2, 3}}}},
};

Expr scale_rows(Operand factors, Operand x) { return apply(scale_rows_op, {factors, x}); }

}  // namespace revolute
