#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = 1 where a > b, else 0. Unlike H(a - b) it can tell for equal infinities, whose difference is
// NaN. Its derivative is zero wherever it has one, and is taken as zero at a tie.
constinit const Op exceeds_op{
    .name = "exceeds",
    .arity = 2,
    .shape = equal_shapes,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), x[1].values(), y.data, [](double a, double b) {
                return std::isnan(a) ? a : std::isnan(b) ? b : a > b ? 1.0 : 0.0;
            });
        },
    .fast = vector_math::fast<vector_math::Choice::exceeds>,
    .pullback = {zero_derivative, zero_derivative},
    .text = "[#1 > #2]",
    .definition = "1 where #1 > #2, else 0",
    .latex = R"(\left[#1 > #2\right])",
    .example = {.operands = {{{2, 3}, {2, 3}}}},
};

Expr exceeds(Operand a, Operand b) { return apply(exceeds_op, {a, b}); }

}  // namespace revolute
