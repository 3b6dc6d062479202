#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = cos x  =>  x_bar = -y_bar o sin x.
constinit const Op cos_op{
    .name = "cos",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return std::cos(z); });
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::cos>,
    .pullback = {[](const Pullback& p) { return -hadamard(p.adjoint, sin(p.input())); }},
    .definition = "the cosine of #1 radians",
    .latex = R"(\cos\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr cos(Operand x) { return apply(cos_op, {x}); }

}  // namespace revolute
