#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/reduction.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto scale_all = [](const auto& x, auto y) {
    std::ranges::transform(x[1].values(), y.values().begin(),
                           [factor = x[0](0, 0)](auto entry) { return factor * entry; });
};

}  // namespace

// y = s x, s a 1 x 1 node  =>  s_bar = sum(y_bar o x),  x_bar = s y_bar.
constinit const Op multiply_op{
    .name = "multiply",
    .arity = 2,
    .shape =
        [](const ShapeArguments& x) {
            if (!x[0].is_scalar())
                x.fail(
                    fmt::format("the first operand must be [1 x 1] ({}); for the product entry by "
                                "entry write hadamard, for the matrix product matmul",
                                to_string(x[0])));
            return x[1];
        },
    .evaluate = scale_all,
    .fast_matrix = {scale_all, scale_all},
    .pullback = {[](const Pullback& p) { return sum(hadamard(p.adjoint, p.input(1))); },
                 [](const Pullback& p) { return multiply(p.input(0), p.adjoint); }},
    .pushforward = PerOperand<PushforwardRule>::every(multilinear),
    .text = "#1 * #2",
    .precedence = Precedence::product,
    .latex = "#1 \\cdot #2",
    .example = {.operands = {{{1, 1}, {2, 3}}}},
};

Expr multiply(Operand factor, Operand x) { return apply(multiply_op, {factor, x}); }

}  // namespace revolute
