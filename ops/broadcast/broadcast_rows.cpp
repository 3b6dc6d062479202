#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/reduction.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto repeat_row = [](const auto& x, auto y) {
    for (int c = 0; c < y.columns; ++c) std::ranges::fill(y.column(c), x[0](0, c));
};

}  // namespace

// y(r, c) = x(c)  =>  x_bar(c) = sum over r of y_bar(r, c).
constinit const Op broadcast_rows_op{
    .name = "broadcast_rows",
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[0].rows != 1)
            x.fail(fmt::format("the operand must be a row vector ({})", to_string(x[0])));
        if (x.attributes[0] < 1)
            x.fail(fmt::format("the number of rows must be positive ({})", x.attributes[0]));
        return {static_cast<int>(x.attributes[0]), x[0].columns};
    },
    .role = Role::broadcast,
    .evaluate = repeat_row,
    .fast_matrix = {repeat_row, repeat_row},
    .pullback = {[](const Pullback& p) { return column_sums(p.adjoint); }},
    .pushforward = {multilinear},
    .text = "broadcast_rows(#1, @1)",
    .definition = "#1 in each of @1 rows",
    .latex = R"(\mathbf{1} #1)",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{1, 3}}}, .attributes = {2}, .attribute_count = 1},
};

Expr broadcast_rows(Operand x, int rows) {
    return apply(broadcast_rows_op, {x}, {static_cast<double>(rows)});
}

}  // namespace revolute
