#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto copy_reshaped = [](const auto& x, auto y) {
    detail::copy(x[0].values(), y.values());
};

}  // namespace

// y = the entries of x, column by column, in another shape  =>  x_bar = y_bar in the shape of x.
constinit const Op reshape_op{
    .name = "reshape",
    .shape = [](const ShapeArguments& x) -> Shape {
        const Shape y{static_cast<int>(x.attributes[0]), static_cast<int>(x.attributes[1])};
        if (y.rows < 1 || y.columns < 1 || y.size() != x[0].size())
            x.fail(fmt::format("the shapes must have equally many entries ({} and {})",
                               to_string(x[0]), to_string(y)));
        return y;
    },
    .role = Role::reshape,
    .evaluate = copy_reshaped,
    .fast_matrix = {copy_reshaped, copy_reshaped},
    .pullback = {[](const Pullback& p) {
        const Shape shape = p.input().shape();
        return reshape(p.adjoint, shape.rows, shape.columns);
    }},
    .pushforward = {multilinear},
    .text = "reshape(#1, @1, @2)",
    .definition = "the entries of #1, column by column, as @1 x @2",
    .latex = R"(\operatorname{reshape}_{@1 \times @2}\left(#1\right))",
    .example = {.operands = {{{4, 3}}}, .attributes = {2, 6}, .attribute_count = 2},
};

Expr reshape(Operand x, int rows, int columns) {
    return apply(reshape_op, {x}, {static_cast<double>(rows), static_cast<double>(columns)});
}

}  // namespace revolute
