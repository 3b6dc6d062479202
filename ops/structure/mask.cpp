#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/structure.hpp>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto kept = [](auto x, auto keep) { return keep != 0 ? x : decltype(x){0}; };

}  // namespace

// y = x where keep is not 0, else 0 => x_bar = y_bar where keep is not 0, else 0. A choice and not
// a product, so what is masked may be NaN.
constinit const Op mask_op{
    .name = "mask",
    .arity = 2,
    .shape = equal_shapes,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), x[1].values(), y.data, kept);
        },
    .fast = vector_math::fast<vector_math::Choice::mask>,
    .pullback = {[](const Pullback& p) { return mask(p.adjoint, p.input(1)); }, zero_derivative},
    .definition = "#1 where #2 is not 0, else 0",
    .latex = R"(\operatorname{mask}_{#2}\left(#1\right))",
    .example = {.operands = {{{2, 3}, {2, 3}}}, .domains = {{{-2, 2, false}, {0, 1, true}}}},
};

Expr mask(Operand x, Operand keep) { return apply(mask_op, {x, keep}); }

}  // namespace revolute
