#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/structure.hpp>

namespace revolute {

namespace {

constexpr auto copy_unchanged = [](const auto& x, auto y) {
    detail::copy(x[0].values(), y.values());
};

}  // namespace

// y = x  =>  x gets no term: the derivative is cut here, on purpose.
constinit const Op stop_gradient_op{
    .name = "stop_gradient",
    .shape = same_as_input,
    .role = Role::stop_gradient,
    .evaluate = copy_unchanged,
    .fast_matrix = {copy_unchanged, copy_unchanged},
    .pullback = {zero_derivative},
    .text = "stop(#1)",
    .definition = "#1",
    .latex = R"(\operatorname{stop}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr stop_gradient(Operand x) { return apply(stop_gradient_op, {x}); }

}  // namespace revolute
