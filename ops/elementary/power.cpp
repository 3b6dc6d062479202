#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = x^k, k a number => x_bar = k y_bar o x^(k - 1). For k = 0 the factor 0 alone is left, which
// is right at x = 0 too.
constinit const Op power_op{
    .name = "power",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const double k = x.attribute(0);
            std::ranges::transform(x[0].values(), y.data, [&](double z) { return std::pow(z, k); });
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::power>,
    .pullback = {[](const Pullback& p) {
        const double k = p.attribute(0);
        if (k == 0.0) return 0.0 * p.adjoint;
        return k * hadamard(p.adjoint, power(p.input(), k - 1.0));
    }},
    .text = "#1^@1",
    .precedence = Precedence::power,
    .latex = R"(#1^{@1})",
    .example = {.operands = {{{2, 3}}},
                .domains = {{{0.5, 2.5}}},
                .attributes = {2.5},
                .attribute_count = 1},
};

Expr power(Operand x, double k) { return apply(power_op, {x}, {k}); }

Expr power(Operand a, Operand b) {
    return exp(Operand(hadamard(b, Operand(log(a), a.line)), a.line));
}

}  // namespace revolute
