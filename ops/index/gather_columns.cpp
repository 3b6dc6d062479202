#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/product.hpp>

#include <fmt/format.h>

namespace revolute {

namespace {

constexpr auto gather = [](const auto& x, auto y) {
    for (int b = 0; b < y.columns; ++b)
        detail::copy(x[0].column(index_at(x[1], b, x[0].columns)), y.column(b));
};

}  // namespace

// y(:, b) = table(:, i(b))  =>  table_bar(:, k) = the sum of y_bar(:, b) over the b with i(b) = k.
constinit const Op gather_columns_op{
    .name = "gather_columns",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[1].rows != 1)
            x.fail(fmt::format("the indices must be a row vector ({})", to_string(x[1])));
        return {x[0].rows, x[1].columns};
    },
    .operations_per_entry = 0,
    .evaluate = gather,
    .fast_matrix = {gather, gather},
    .pullback = {[](const Pullback& p) {
                     return scatter_columns(p.adjoint, p.input(1), p.input(0).shape().columns);
                 },
                 zero_derivative},
    .pushforward = {multilinear},
    .definition = "column #2(c) of #1 as column c",
    .latex = R"(#1_{:, #2})",
    .example = {.operands = {{{2, 5}, {1, 4}}}, .domains = {{{-2, 2, false}, {0, 4, true}}}},
};

Expr gather_columns(Operand table, Operand indices) {
    return apply(gather_columns_op, {table, indices});
}

Expr gather_rows(Operand table, Operand indices) {
    const Operand columns(transpose(table), table.line);
    return transpose(Operand(gather_columns(columns, indices), table.line));
}

}  // namespace revolute
