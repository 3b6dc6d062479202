#pragma once

/// @file
/// Softmax, and the logarithm of sums of exponentials.

#include <revolute/graph/op.hpp>

#include <vector>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op softmax_op;
extern const Op log_sum_exp_op;
///@}

/// exp(x) over its sum, column by column: [n x m] -> [n x m], columns that sum to 1. Does not
/// overflow: each column is shifted by its largest entry first. An entry of -inf gets 0. A column
/// of nothing but -inf has nothing to share out: its values and its derivatives are zeros. One
/// entry of +inf gets 1, and two give NaN.
Expr softmax(Operand x);
/// log of the sum of exp(x), column by column: [n x m] -> [1 x m]. Does not overflow, and keeps the
/// digits of a small value beside a largest entry of 0. The derivative is the softmax: for a column
/// of nothing but -inf, whose value is -inf, zeros.
Expr log_sum_exp(Operand x);

///@{
/// The same row by row: [n x m] -> [n x m] and [n x 1].
Expr softmax_of_rows(Operand x);
Expr log_sum_exp_of_rows(Operand x);
///@}

/// log of the sum of exp of the operands, entry by entry: [n x m] each -> [n x m]. Throws
/// ShapeError unless the shapes are equal, GraphError without an operand.
Expr log_sum_exp(const std::vector<Expr>& terms, SourceLine line = SourceLine::here());

}  // namespace revolute
