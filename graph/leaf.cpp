#include <revolute/graph/graph.hpp>
#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/leaf.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace revolute {

namespace {

Shape shape_from_first_attributes(const ShapeArguments& x) {
    return {static_cast<int>(x.attributes[0]), static_cast<int>(x.attributes[1])};
}

Shape shape_of_sum(const ShapeArguments& x) {
    if (x.operands.size() < 2)
        x.fail(fmt::format("needs two operands or more ({})", x.operands.size()));
    for (std::size_t slot = 1; slot < x.operands.size(); ++slot)
        if (x[slot] != x[0])
            x.fail(fmt::format("shape of operand {} {} must be that of operand 0 {}", slot,
                               to_string(x[slot]), to_string(x[0])));
    return x[0];
}

}  // namespace

constinit const Op input_op{
    .name = "input", .arity = 0, .shape = shape_from_first_attributes, .has_identity = true};

constinit const Op parameter_op{
    .name = "parameter", .arity = 0, .shape = shape_from_first_attributes, .has_identity = true};

constinit const Op initial_state_op{.name = "initial_state",
                                    .arity = 0,
                                    .shape = shape_from_first_attributes,
                                    .has_identity = true};

constinit const Op constant_op{
    .name = "constant",
    .arity = 0,
    .shape = [](const ShapeArguments& x) -> Shape {
        const Shape shape{static_cast<int>(x.attributes[1]), static_cast<int>(x.attributes[2])};
        if (shape.rows < 1 || shape.columns < 1)
            x.fail(fmt::format("sizes must be positive ({})", to_string(shape)));
        return shape;
    },
    .evaluate = [](const Arguments& x,
                   MatrixView y) { std::ranges::fill(y.values(), x.attribute(0)); },
    .text = "@1",
    .latex = "@1",
    .example = {.attributes = {0.5, 2, 3}, .attribute_count = 3},
};

// y = x1 + x2 + ... + xn  =>  xi_bar = y_bar.
constinit const Op accumulate_op{
    .name = "accumulate",
    .arity = variadic,
    .shape = shape_of_sum,
    .role = Role::sum,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::copy(x[0].values(), y.data);
            for (const ConstMatrixView term : x.operands.subspan(1))
                std::ranges::transform(y.values(), term.values(), y.data, std::plus{});
        },
    .fast = vector_math::fast<vector_math::Function::sum>,
    .pullback = PerOperand<PullbackRule>::every([](const Pullback& p) { return p.adjoint; }),
    .text = "#*",
    .precedence = Precedence::sum,
    .latex = "#*",
    .example = {.operands = {{{2, 3}, {2, 3}, {2, 3}}}},
};

bool is_given(const Op& op) {
    return &op == &input_op || &op == &parameter_op || &op == &initial_state_op;
}

Expr accumulate(std::span<const Expr> terms, SourceLine line) {
    if (terms.size() == 1) return terms.front();  // the loss of one step is the sum over the steps
    std::vector<Operand> operands;
    for (const Expr& term : terms) operands.emplace_back(term, line);
    return apply_to_all(accumulate_op, operands);
}

}  // namespace revolute
