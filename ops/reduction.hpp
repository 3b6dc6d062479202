#pragma once

/// @file
/// Sums, means and largest entries: of a matrix, of its rows, of its columns; running totals.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op sum_op;
extern const Op mean_op;
extern const Op row_sums_op;
extern const Op column_sums_op;
extern const Op cumulative_sum_op;
extern const Op reverse_cumulative_sum_op;
extern const Op row_max_op;
extern const Op column_max_op;
extern const Op first_column_max_op;
///@}

/// Sum of all entries: [n x m] -> [1 x 1].
Expr sum(Operand x);
/// Mean of all entries: [n x m] -> [1 x 1].
Expr mean(Operand x);
/// Each row summed: [n x m] -> [n x 1].
Expr row_sums(Operand x);
/// Each column summed: [n x m] -> [1 x m].
Expr column_sums(Operand x);

/// Running totals along the columns, y(:, c) = x(:, 0) + ... + x(:, c): [n x m] -> [n x m]. Those
/// along the rows are transpose(cumulative_sum(transpose(x))).
Expr cumulative_sum(Operand x);
/// The same from the last column on, y(:, c) = x(:, c) + ... + x(:, m-1): [n x m] -> [n x m]; the
/// transpose of `cumulative_sum`.
Expr reverse_cumulative_sum(Operand x);

/// The largest entry of each row: [n x m] -> [n x 1]. Where several are the largest, the adjoint
/// goes to the first of them: a subgradient. A NaN in a row makes its maximum NaN, and the first
/// NaN gets the adjoint.
Expr row_max(Operand x);
/// The largest entry of each column: [n x m] -> [1 x m]. Adjoint and NaN as with row_max.
Expr column_max(Operand x);
/// 1 at the first of the largest entries of each column, else 0; a NaN counts as the largest. Its
/// derivative is zero.
Expr first_column_max(Operand x);

}  // namespace revolute
