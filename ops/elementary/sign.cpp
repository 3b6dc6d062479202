#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = 1 where x > 0, -1 where x < 0, 0 at 0. Its derivative is zero wherever it has one, and is
// taken as zero at 0.
constinit const Op sign_op{
    .name = "sign",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) {
                return std::isnan(z) ? z : static_cast<double>((z > 0) - (z < 0));
            });
        },
    .fast = vector_math::fast<vector_math::Choice::sign>,
    .pullback = {zero_derivative},
    .definition = "1 where #1 > 0, -1 where #1 < 0, else 0",
    .latex = R"(\operatorname{sign}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr sign(Operand x) { return apply(sign_op, {x}); }

}  // namespace revolute
