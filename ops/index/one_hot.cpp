#include <revolute/ops/index.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto mark_index = [](const auto& x, auto y) {
    std::ranges::fill(y.values(), 0);
    for (int c = 0; c < y.columns; ++c) y(index_at(x[0], c, y.rows), c) = 1;
};

}  // namespace

// y(r, c) = 1 where r is the index of column c, else 0.
constinit const Op one_hot_op{
    .name = "one_hot",
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[0].rows != 1)
            x.fail(fmt::format("the indices must be a row vector ({})", to_string(x[0])));
        if (x.attributes[0] < 1)
            x.fail(fmt::format("the size must be positive ({})", x.attributes[0]));
        return {static_cast<int>(x.attributes[0]), x[0].columns};
    },
    .operations_per_entry = 0,
    .evaluate = mark_index,
    .fast_matrix = {mark_index, mark_index},
    .pullback = {zero_derivative},
    .definition = "1 in row #1(c) of column c, else 0",
    .latex = R"(\operatorname{onehot}\left(#1\right))",
    .example = {.operands = {{{1, 3}}},
                .domains = {{{0, 3, true}}},
                .attributes = {4},
                .attribute_count = 1},
};

Expr one_hot(Operand indices, int size) {
    return apply(one_hot_op, {indices}, {static_cast<double>(size)});
}

}  // namespace revolute
