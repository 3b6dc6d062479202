#pragma once

#include <revolute/graph/op.hpp>

namespace revolute {

extern const Op sum_op;
extern const Op row_sums_op;
extern const Op column_sums_op;

/// Sum of all entries: [n x m] -> [1 x 1].
Expr sum(Operand x);
/// Each row summed: [n x m] -> [n x 1].
Expr row_sums(Operand x);
/// Each column summed: [n x m] -> [1 x m].
Expr column_sums(Operand x);

}  // namespace revolute
