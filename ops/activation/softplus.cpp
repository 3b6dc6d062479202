#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/term_sizes.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

// y = log(1 + exp x) => x_bar = y_bar o sigmoid x. The kernel takes exp of what is never positive,
// so it does not overflow.
constinit const Op softplus_op{
    .name = "softplus",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) {
                return (z > 0 ? z : 0.0) + std::log1p(std::exp(-std::abs(z)));
            });
        },
    .fast = vector_math::fast<vector_math::SpecialFunction::softplus>,
    .term_sizes = detail::terms_of_size_one,
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, sigmoid(p.input())); }},
    .definition = "log(1 + exp(#1))",
    .latex = R"(\operatorname{softplus}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr softplus(Operand x) { return apply(softplus_op, {x}); }

}  // namespace revolute
