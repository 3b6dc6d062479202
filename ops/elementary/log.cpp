#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = log x, the natural logarithm  =>  x_bar = y_bar / x.
constinit const Op log_op{
    .name = "log",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return std::log(z); });
        },
    .fast = vector_math::fast<vector_math::Function::log>,
    .pullback = {[](const Pullback& p) { return p.adjoint / p.input(); }},
    .definition = "the s for which e^s = #1",
    .latex = R"(\log\left(#1\right))",
    .example = {.operands = {{{2, 3}}}, .domains = {{{0.5, 2.5}}}},
};

Expr log(Operand x) { return apply(log_op, {x}); }

}  // namespace revolute
