#pragma once

#include <revolute/graph/op.hpp>

namespace revolute {

extern const Op softmax_op;
extern const Op log_sum_exp_op;

/// exp(x) over its sum, column by column: [n x m] -> [n x m], columns that sum to 1. Exact for
/// entries of any size: each column is shifted by its largest entry first.
Expr softmax(Operand x);
/// log of the sum of exp(x), column by column: [n x m] -> [1 x m]. Exact for entries of any size.
Expr log_sum_exp(Operand x);

}  // namespace revolute
