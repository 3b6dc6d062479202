#pragma once

#include <revolute/graph/op.hpp>

// Functions of square matrices, by an LU decomposition with partial pivoting. Of a matrix that is
// singular, entries are infinite, NaN, or as large as rounding leaves them; of one with an entry
// that is not finite they are NaN. Programs that have matrices of several sizes decomposed allocate
// while they run.

namespace revolute {

extern const Op inverse_op;
extern const Op solve_op;
extern const Op log_determinant_op;

/// The inverse: [n x n] -> [n x n]. Throws ShapeError unless A is square. For inverse(A) B, `solve`
/// is cheaper and more accurate.
Expr inverse(Operand A);

/// X with A X = B: A [n x n], B [n x m] -> [n x m]. Throws ShapeError unless A is square and B has
/// as many rows.
Expr solve(Operand A, Operand B);

/// log |det A|: [n x n] -> [1 x 1]; -inf where the determinant is 0. Throws ShapeError unless A is
/// square.
Expr log_determinant(Operand A);

}  // namespace revolute
