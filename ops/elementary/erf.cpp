#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace revolute {

namespace {

/// Beyond it exp(-x o x) is 0 in doubles.
constexpr double flat_beyond = 28;

}  // namespace

// y = erf x = 2/sqrt(pi) times the integral of exp(-s^2) from 0 to x  =>  x_bar = 2/sqrt(pi) y_bar
// o exp(-x o x). The rule is written for x clamped to where that is not 0: this changes no value,
// and makes no product of an infinite x with 0 in the second derivative.
constinit const Op erf_op{
    .name = "erf",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return std::erf(z); });
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::erf>,
    .pullback = {[](const Pullback& p) {
        const Expr x = clamp(p.input(), -flat_beyond, flat_beyond);
        return (2.0 * std::numbers::inv_sqrtpi) * hadamard(p.adjoint, exp(-square(x)));
    }},
    .definition = "2 / sqrt(pi) times the integral of exp(-s^2) for s from 0 to #1",
    .latex = R"(\operatorname{erf}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr erf(Operand x) { return apply(erf_op, {x}); }

}  // namespace revolute
