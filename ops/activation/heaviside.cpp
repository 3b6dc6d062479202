#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = 1 where x > 0, else 0. Its derivative is zero wherever it has one, and is taken as zero at 0.
constinit const Op heaviside_op{
    .name = "heaviside",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) {
                return std::isnan(z) ? z : z > 0 ? 1.0 : 0.0;
            });
        },
    .fast = vector_math::fast<vector_math::Choice::heaviside>,
    .pullback = {zero_derivative},
    .text = "H(#1)",
    .definition = "1 where #1 > 0, else 0",
    .latex = R"(H\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr heaviside(Operand x) { return apply(heaviside_op, {x}); }

}  // namespace revolute
