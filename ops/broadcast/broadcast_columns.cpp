#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/reduction.hpp>

#include <fmt/format.h>

namespace revolute {

namespace {

constexpr auto repeat_column = [](const auto& x, auto y) {
    for (int c = 0; c < y.columns; ++c) detail::copy(x[0].values(), y.column(c));
};

}  // namespace

// y(r, c) = x(r)  =>  x_bar(r) = sum over c of y_bar(r, c).
constinit const Op broadcast_columns_op{
    .name = "broadcast_columns",
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[0].columns != 1)
            x.fail(fmt::format("the operand must be a column vector ({})", to_string(x[0])));
        if (x.attributes[0] < 1)
            x.fail(fmt::format("the number of columns must be positive ({})", x.attributes[0]));
        return {x[0].rows, static_cast<int>(x.attributes[0])};
    },
    .role = Role::broadcast,
    .evaluate = repeat_column,
    .fast_matrix = {repeat_column, repeat_column},
    .pullback = {[](const Pullback& p) { return row_sums(p.adjoint); }},
    .pushforward = {multilinear},
    .text = "broadcast_columns(#1, @1)",
    .definition = "#1 in each of @1 columns",
    .latex = R"(#1 \mathbf{1}^{\top})",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{2, 1}}}, .attributes = {3}, .attribute_count = 1},
};

Expr broadcast_columns(Operand x, int columns) {
    return apply(broadcast_columns_op, {x}, {static_cast<double>(columns)});
}

Expr add_to_columns(Operand b, int columns) {
    const bool is_there_already =
        columns == 1 && b.expr.graph != nullptr && b.expr.shape().columns == 1;
    return is_there_already ? b.expr : broadcast_columns(b, columns);
}

}  // namespace revolute
