#include <revolute/ops/detail/running_totals.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y(r, c) = sum over k >= c of x(r, k)  =>  x_bar(r, k) = sum over c <= k of y_bar(r, c).
constinit const Op reverse_cumulative_sum_op{
    .name = "reverse_cumulative_sum",
    .shape = same_as_input,
    .evaluate = detail::add_up_columns<detail::Beginning::last, double>,
    .fast_matrix = {detail::add_up_columns<detail::Beginning::last, double>,
                    detail::add_up_columns<detail::Beginning::last, float>},
    .pullback = {[](const Pullback& p) { return cumulative_sum(p.adjoint); }},
    .pushforward = {multilinear},
    .definition = "each column of #1 plus all columns behind it",
    .latex = R"(\operatorname{revcumsum}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr reverse_cumulative_sum(Operand x) { return apply(reverse_cumulative_sum_op, {x}); }

}  // namespace revolute
