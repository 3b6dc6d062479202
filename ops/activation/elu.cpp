#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = x where x > 0, else a (exp x - 1) => x_bar = y_bar o H(y) where y > 0, else y_bar o (y + a).
// At 0 the derivative is a. The minimum keeps an infinite y out of a product with 0.
constinit const Op elu_op{
    .name = "elu",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const double a = x.attribute(0);
            std::ranges::transform(x[0].values(), y.data,
                                   [&](double z) { return z > 0 ? z : a * std::expm1(z); });
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::elu>,
    .pullback = {[](const Pullback& p) {
        const Expr is_positive = heaviside(p.input());
        const Expr below = minimum(p.output, constant_like(p.output, 0.0)) + p.attribute(0);
        return hadamard(p.adjoint, is_positive + hadamard(1.0 - is_positive, below));
    }},
    .definition = "#1 where #1 > 0, else @1 (exp(#1) - 1)",
    .latex = R"(\operatorname{elu}_{@1}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}, .attributes = {1.5}, .attribute_count = 1},
};

Expr elu(Operand x, double alpha) { return apply(elu_op, {x}, {alpha}); }

}  // namespace revolute
