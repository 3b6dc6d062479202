#include <revolute/ops/detail/running_totals.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

// y(r, c) = sum over k <= c of x(r, k)  =>  x_bar(r, k) = sum over c >= k of y_bar(r, c).
constinit const Op cumulative_sum_op{
    .name = "cumulative_sum",
    .shape = same_as_input,
    .evaluate = detail::add_up_columns<detail::Beginning::first, double>,
    .fast_matrix = {detail::add_up_columns<detail::Beginning::first, double>,
                    detail::add_up_columns<detail::Beginning::first, float>},
    .pullback = {[](const Pullback& p) { return reverse_cumulative_sum(p.adjoint); }},
    .pushforward = {multilinear},
    .definition = "each column of #1 plus all columns before it",
    .latex = R"(\operatorname{cumsum}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}},
};

Expr cumulative_sum(Operand x) { return apply(cumulative_sum_op, {x}); }

}  // namespace revolute
