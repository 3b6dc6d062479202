#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/reduction.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto fill_with_scalar = [](const auto& x, auto y) {
    std::ranges::fill(y.values(), x[0](0, 0));
};

}  // namespace

// y(r, c) = x  =>  x_bar = sum of all y_bar(r, c).
constinit const Op broadcast_op{
    .name = "broadcast",
    .shape = [](const ShapeArguments& x) -> Shape {
        if (!x[0].is_scalar())
            x.fail(fmt::format("the operand must be [1 x 1] ({})", to_string(x[0])));
        if (x.attributes[0] < 1 || x.attributes[1] < 1)
            x.fail(
                fmt::format("sizes must be positive ({} x {})", x.attributes[0], x.attributes[1]));
        return {static_cast<int>(x.attributes[0]), static_cast<int>(x.attributes[1])};
    },
    .role = Role::broadcast,
    .evaluate = fill_with_scalar,
    .fast_matrix = {fill_with_scalar, fill_with_scalar},
    .pullback = {[](const Pullback& p) { return sum(p.adjoint); }},
    .pushforward = {multilinear},
    .text = "broadcast(#1, @1, @2)",
    .definition = "#1 in each entry",
    .latex = R"(#1 \, \mathbf{1} \mathbf{1}^{\top})",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{1, 1}}}, .attributes = {2, 3}, .attribute_count = 2},
};

Expr broadcast(Operand x, int rows, int columns) {
    return apply(broadcast_op, {x}, {static_cast<double>(rows), static_cast<double>(columns)});
}

}  // namespace revolute
