#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace revolute {

namespace {

constexpr double inverse_sqrt_2pi = std::numbers::inv_sqrtpi / std::numbers::sqrt2;

/// Beyond it phi is 0 in doubles, and Phi is 0 or 1.
constexpr double far_out = 40;

/// By erfc, which keeps its digits where Phi is nearly 0; there the product is 0 though x be
/// infinite.
double gelu_of(double x) {
    const double twice_phi = std::erfc(-x / std::numbers::sqrt2);
    return twice_phi == 0.0 ? 0.0 : 0.5 * x * twice_phi;
}

}  // namespace

// y = x Phi(x), Phi the distribution function of the standard normal law (Hendrycks and Gimpel
// 2016) => x_bar = y_bar o (Phi(x) + x o phi(x)), phi its density. The rule is written for x
// clamped to where phi is not 0: that changes no value, and makes no product of an infinite x with
// 0.
constinit const Op gelu_op{
    .name = "gelu",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return gelu_of(z); });
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::gelu>,
    .pullback = {[](const Pullback& p) {
        const Expr x = clamp(p.input(), -far_out, far_out);
        const Expr distribution = 0.5 * (1.0 + erf((1.0 / std::numbers::sqrt2) * x));
        const Expr density = inverse_sqrt_2pi * exp(-0.5 * square(x));
        return hadamard(p.adjoint, distribution + hadamard(x, density));
    }},
    .definition = "#1 (1 + erf(#1 / sqrt(2))) / 2",
    .latex = R"(\operatorname{gelu}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr gelu(Operand x) { return apply(gelu_op, {x}); }

}  // namespace revolute
