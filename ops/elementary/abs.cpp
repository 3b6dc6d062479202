#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = |x|  =>  x_bar = y_bar o sign x, with the derivative 0 at x = 0.
constinit const Op abs_op{
    .name = "abs",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return std::abs(z); });
        },
    .fast = vector_math::fast<vector_math::Choice::abs>,
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, sign(p.input())); }},
    .text = "|#1|",
    .latex = R"(\left\lvert #1 \right\rvert)",
    .example = {.operands = {{{2, 3}}}},
};

Expr abs(Operand x) { return apply(abs_op, {x}); }

}  // namespace revolute
