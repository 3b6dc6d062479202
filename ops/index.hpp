#pragma once

/// @file
/// Operators with an operand of indices: whole numbers from 0, given as values. Nothing is
/// differentiated with respect to them. An index that is out of range, or not whole, throws
/// EvaluationError naming column, range and value, and the step.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op one_hot_op;
extern const Op gather_columns_op;
extern const Op scatter_columns_op;
///@}

/// A column of zeros with a one at the index, for each index: [1 x B] -> [size x B].
Expr one_hot(Operand indices, int size);

/// Columns of a table, as an embedding looks them up: table [n x V], indices [1 x B] -> [n x B].
/// Throws ShapeError unless the indices are a row vector.
Expr gather_columns(Operand table, Operand indices);
/// Rows of a table: table [V x n], indices [1 x B] -> [B x n]. Throws as `gather_columns`.
Expr gather_rows(Operand table, Operand indices);

/// Columns added into a matrix of zeros where the indices say, the transpose of gather_columns:
/// x [n x B], indices [1 x B] -> [n x total]. Throws ShapeError unless they fit.
Expr scatter_columns(Operand x, Operand indices, int total);

/// The value as the index at `column`, which must be a whole number from 0 to size - 1.
int index_of(double value, int column, int size);

/// The index at a column of a row of indices, as `index_of` checks it: for kernels.
template <class Number>
int index_at(BasicMatrixView<const Number> indices, int column, int size) {
    return index_of(double{indices(0, column)}, column, size);
}

}  // namespace revolute
