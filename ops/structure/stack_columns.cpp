#include <revolute/graph/graph.hpp>
#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <cstddef>

namespace revolute {

namespace {

/// Column of the output at which operand `p.slot` begins.
int first_column(const RuleSite& p) {
    int first = 0;
    for (std::uint32_t slot = 0; slot < p.slot; ++slot) first += p.input(slot).shape().columns;
    return first;
}

constexpr auto stack_beside = [](const auto& x, auto y) {
    std::size_t first = 0;
    for (const auto& part : x.operands) {
        detail::copy(part.values(), y.values().subspan(first, part.size()));
        first += part.size();
    }
};

}  // namespace

// y = [x1, x2, ...]  =>  xi_bar = the columns of y_bar that hold xi.
constinit const Op stack_columns_op{
    .name = "stack_columns",
    .arity = variadic,
    .shape = [](const ShapeArguments& x) -> Shape {
        for (std::size_t slot = 0; slot < x.operands.size(); ++slot)
            if (x[slot].rows != x[0].rows)
                x.fail(fmt::format("rows of operand {} ({}) must be those of operand 0 ({})", slot,
                                   x[slot].rows, x[0].rows));
        return {x[0].rows, total_size(x, &Shape::columns, "columns")};
    },
    .operations_per_entry = 0,
    .evaluate = stack_beside,
    .fast_matrix = {stack_beside, stack_beside},
    .pullback = PerOperand<PullbackRule>::every([](const Pullback& p) {
        return columns(p.adjoint, first_column(p), p.input().shape().columns);
    }),
    .pushforward = PerOperand<PushforwardRule>::every([](const Pushforward& p) {
        return place_columns(p.tangent, first_column(p), p.output.shape().columns);
    }),
    .text = "[#,]",
    .latex = R"(\begin{bmatrix} #& \end{bmatrix})",
    .example = {.operands = {{{3, 1}, {3, 2}, {3, 4}}}},
};

Expr stack_columns(std::span<const Operand> parts) { return apply_to_all(stack_columns_op, parts); }

Expr stack_columns(std::initializer_list<Operand> parts) {
    return apply_to_all(stack_columns_op, std::span(parts.begin(), parts.size()));
}

Expr stack_columns(const std::vector<Expr>& parts, SourceLine line) {
    const std::vector<Operand> operands = operands_of(parts, line);
    return apply_to_all(stack_columns_op, operands);
}

}  // namespace revolute
