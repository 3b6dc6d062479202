#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>

namespace revolute {

// y = x where x > 0, else k x  =>  x_bar = y_bar o (k + (1 - k) H(x)), so the derivative at 0 is k.
constinit const Op leaky_relu_op{
    .name = "leaky_relu",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const double k = x.attribute(0);
            std::ranges::transform(x[0].values(), y.data,
                                   [&](double z) { return z > 0 ? z : k * z; });
        },
    .fast = vector_math::fast<vector_math::Choice::leaky_relu>,
    .pullback = {[](const Pullback& p) {
        const double k = p.attribute(0);
        return hadamard(p.adjoint, k + (1.0 - k) * heaviside(p.input()));
    }},
    .definition = "#1 where #1 > 0, else @1 #1",
    .latex = R"(\operatorname{leakyrelu}_{@1}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}, .attributes = {0.01}, .attribute_count = 1},
};

Expr leaky_relu(Operand x, double slope) { return apply(leaky_relu_op, {x}, {slope}); }

}  // namespace revolute
