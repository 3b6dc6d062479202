#include <revolute/graph/graph.hpp>
#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <cstddef>

namespace revolute {

namespace {

/// Row of the output at which operand `p.slot` begins.
int first_row(const RuleSite& p) {
    int first = 0;
    for (std::uint32_t slot = 0; slot < p.slot; ++slot) first += p.input(slot).shape().rows;
    return first;
}

constexpr auto stack_below = [](const auto& x, auto y) {
    std::size_t first = 0;
    for (const auto& part : x.operands) {
        const auto rows = static_cast<std::size_t>(part.rows);
        for (int c = 0; c < y.columns; ++c)
            detail::copy(part.column(c), y.column(c).subspan(first, rows));
        first += rows;
    }
};

}  // namespace

// y = [x1; x2; ...]  =>  xi_bar = the rows of y_bar that hold xi.
constinit const Op stack_rows_op{
    .name = "stack_rows",
    .arity = variadic,
    .shape = [](const ShapeArguments& x) -> Shape {
        for (std::size_t slot = 0; slot < x.operands.size(); ++slot)
            if (x[slot].columns != x[0].columns)
                x.fail(fmt::format("columns of operand {} ({}) must be those of operand 0 ({})",
                                   slot, x[slot].columns, x[0].columns));
        return {total_size(x, &Shape::rows, "rows"), x[0].columns};
    },
    .operations_per_entry = 0,
    .evaluate = stack_below,
    .fast_matrix = {stack_below, stack_below},
    .pullback = PerOperand<PullbackRule>::every(
        [](const Pullback& p) { return rows(p.adjoint, first_row(p), p.input().shape().rows); }),
    .pushforward = PerOperand<PushforwardRule>::every([](const Pushforward& p) {
        return place_rows(p.tangent, first_row(p), p.output.shape().rows);
    }),
    .text = "[#;]",
    .latex = R"(\begin{bmatrix} #/ \end{bmatrix})",
    .example = {.operands = {{{1, 3}, {2, 3}, {4, 3}}}},
};

Expr stack_rows(std::span<const Operand> parts) { return apply_to_all(stack_rows_op, parts); }

Expr stack_rows(std::initializer_list<Operand> parts) {
    return apply_to_all(stack_rows_op, std::span(parts.begin(), parts.size()));
}

Expr stack_rows(const std::vector<Expr>& parts, SourceLine line) {
    const std::vector<Operand> operands = operands_of(parts, line);
    return apply_to_all(stack_rows_op, operands);
}

}  // namespace revolute
