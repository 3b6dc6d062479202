#pragma once

/// @file
/// Repetition of a value, always asked for: nothing broadcasts by itself.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op broadcast_op;
extern const Op broadcast_columns_op;
extern const Op broadcast_rows_op;
///@}

/// One number in every entry: [1 x 1] -> [rows x columns]. Throws ShapeError for another operand
/// and for sizes below 1.
Expr broadcast(Operand x, int rows, int columns);
/// A column vector in every column: [n x 1] -> [n x columns]. Throws ShapeError for another operand
/// and for a size below 1.
Expr broadcast_columns(Operand x, int columns);
/// A row vector in every row: [1 x m] -> [rows x m]. Throws ShapeError for another operand and for
/// a size below 1.
Expr broadcast_rows(Operand x, int rows);

/// b as something to be added to [n x columns]: b itself when there is one column, else
/// broadcast_columns(b, columns).
Expr add_to_columns(Operand b, int columns);

}  // namespace revolute
