#pragma once

/// @file
/// Functions of square matrices: the inverse, solutions of linear equations, and the determinant's
/// logarithm.
///
/// They are by an LU decomposition with partial pivoting, in doubles in programs of floats too.
/// Where a pivot is 0 the matrix is singular: inverse and solutions are NaN throughout, and the
/// logarithm is -inf, also of a matrix [1 x 1]. A singular matrix whose pivots rounding keeps from
/// 0 is not recognised, and its inverse is as large as rounding leaves it. Of a matrix with an
/// entry that is infinite or NaN, all three are NaN throughout.
///
/// A thread keeps the memory that it decomposes matrices in: of programs, only the first run with a
/// matrix larger than all before allocates.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op inverse_op;
extern const Op solve_op;
extern const Op log_determinant_op;
///@}

/// The inverse: [n x n] -> [n x n]. Throws ShapeError unless A is square. For inverse(A) B, `solve`
/// is cheaper and more accurate.
Expr inverse(Operand A);

/// X with A X = B: A [n x n], B [n x m] -> [n x m]. A column of B with an entry that is not finite
/// makes that column of X NaN, and no other. Throws ShapeError unless A is square and B has as many
/// rows.
Expr solve(Operand A, Operand B);

/// log |det A|: [n x n] -> [1 x 1]; -inf where the determinant is 0. Throws ShapeError unless A is
/// square.
Expr log_determinant(Operand A);

}  // namespace revolute
