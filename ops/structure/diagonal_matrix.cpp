#include <revolute/graph/graph.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto place_diagonal = [](const auto& x, auto y) {
    std::ranges::fill(y.values(), 0);
    for (int i = 0; i < y.rows; ++i) y(i, i) = x[0](i, 0);
};

}  // namespace

// Y(i, i) = d(i), else 0  =>  d_bar = the diagonal of Y_bar.
constinit const Op diagonal_matrix_op{
    .name = "diagonal_matrix",
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[0].columns != 1)
            x.fail(fmt::format("the operand must be a column vector ({})", to_string(x[0])));
        return {x[0].rows, x[0].rows};
    },
    .operations_per_entry = 0,
    .evaluate = place_diagonal,
    .fast_matrix = {place_diagonal, place_diagonal},
    .pullback = {[](const Pullback& p) { return diagonal(p.adjoint); }},
    .pushforward = {multilinear},
    .definition = "#1 on the diagonal, else 0",
    .latex = R"(\operatorname{diag}\left(#1\right))",
    .example = {.operands = {{{3, 1}}}},
};

Expr diagonal_matrix(Operand d) { return apply(diagonal_matrix_op, {d}); }

Expr identity_matrix(Graph& graph, int n, SourceLine line) {
    return diagonal_matrix({graph.constant(1.0, {n, 1}, line), line});
}

}  // namespace revolute
