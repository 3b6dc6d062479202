#pragma once

/// @file
/// The matrix product and the transpose.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op matmul_op;
extern const Op transpose_op;
///@}

/// The matrix product: a [n x k], b [k x m] -> [n x m]. Throws ShapeError unless the inner sizes
/// are equal.
Expr matmul(Operand a, Operand b);
/// The same as `matmul`.
Expr operator*(Operand a, Operand b);

/// x' : [n x m] -> [m x n].
Expr transpose(Operand x);

/// W x + b, b added to every column: W [n x m], x [m x B], b [n x 1] -> [n x B]. A plain function,
/// not an operator: it appends matmul, broadcast_columns (when B > 1) and add. Throws ShapeError
/// naming the three operands unless their shapes fit.
Expr dense(Operand W, Operand x, Operand b);

}  // namespace revolute
