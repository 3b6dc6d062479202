#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = 1 / (1 + exp(-x))  =>  x_bar = y_bar o y o (1 - y).
constinit const Op sigmoid_op{
    .name = "sigmoid",
    .shape = same_as_input,
    .role = Role::elementwise,
    // exp of a value that is never positive does not overflow.
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) {
                const double e = std::exp(-std::abs(z));
                return std::isnan(z) ? z : (z < 0 ? e : 1.0) / (1.0 + e);
            });
        },
    .fast = vector_math::fast<vector_math::Function::sigmoid>,
    .derivative_by_output = [](Expr y) { return hadamard(y, 1.0 - y); },
    .pullback = {times_derivative_by_output},
    .definition = "1 / (1 + exp(-#1))",
    .latex = R"(\sigma\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr sigmoid(Operand x) { return apply(sigmoid_op, {x}); }

}  // namespace revolute
