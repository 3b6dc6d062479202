#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace revolute {

// y = min(a, b), entry by entry => a_bar = y_bar where a <= b, b_bar = y_bar where b < a: at a tie
// the first operand gets all.
constinit const Op minimum_op{
    .name = "minimum",
    .arity = 2,
    .shape = equal_shapes,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), x[1].values(), y.data, [](double a, double b) {
                return b < a || std::isnan(b) ? b : a;
            });
        },
    .fast = vector_math::fast<vector_math::Choice::minimum>,
    .pullback = {
        [](const Pullback& p) {
            return hadamard(p.adjoint, 1.0 - exceeds(p.input(0), p.input(1)));
        },
        [](const Pullback& p) { return hadamard(p.adjoint, exceeds(p.input(0), p.input(1))); }},
    .definition = "#2 where #1 > #2, else #1",
    .latex = R"(\min\left(#1, #2\right))",
    .example = {.operands = {{{2, 3}, {2, 3}}}},
};

Expr minimum(Operand a, Operand b) { return apply(minimum_op, {a, b}); }

Expr minimum(Operand x, double bound) {
    return clamp(x, -std::numeric_limits<double>::infinity(), bound);
}

}  // namespace revolute
