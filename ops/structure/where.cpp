#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <cstddef>

namespace revolute {

namespace {

constexpr auto chosen = [](auto keep, auto x, auto otherwise) { return keep != 0 ? x : otherwise; };

Shape three_equal_shapes(const ShapeArguments& x) {
    if (x[0] != x[1] || x[0] != x[2])
        x.fail(fmt::format("shapes of the operands must be equal ({}, {} and {})", to_string(x[0]),
                           to_string(x[1]), to_string(x[2])));
    return x[0];
}

}  // namespace

// y = a where keep is not 0, else b => a_bar = y_bar there, else 0; b_bar = 0 there, else y_bar. A
// choice and not a sum of products, so what is not chosen may be NaN.
constinit const Op where_op{
    .name = "where",
    .arity = 3,
    .shape = three_equal_shapes,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (std::size_t i = 0; i < y.size(); ++i)
                y.data[i] = chosen(x[0].data[i], x[1].data[i], x[2].data[i]);
        },
    .fast = vector_math::fast<vector_math::Choice::where>,
    .pullback = {zero_derivative, [](const Pullback& p) { return mask(p.adjoint, p.input(0)); },
                 [](const Pullback& p) {
                     return where(p.input(0), constant_like(p.adjoint, 0.0), p.adjoint);
                 }},
    .definition = "#2 where #1 is not 0, else #3",
    .latex = R"(\operatorname{where}\left(#1, #2, #3\right))",
    .example = {.operands = {{{2, 3}, {2, 3}, {2, 3}}},
                .domains = {{{0, 1, true}, {-2, 2, false}, {-2, 2, false}}}},
};

Expr where(Operand keep, Operand a, Operand b) { return apply(where_op, {keep, a, b}); }

}  // namespace revolute
