#pragma once

/// @file
/// Parts of matrices, matrices put together, and the cut of a derivative.

#include <revolute/graph/op.hpp>

#include <initializer_list>
#include <span>
#include <vector>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op rows_op;
extern const Op place_rows_op;
extern const Op stack_rows_op;
extern const Op columns_op;
extern const Op place_columns_op;
extern const Op stack_columns_op;
extern const Op reshape_op;
extern const Op scale_rows_op;
extern const Op scale_columns_op;
extern const Op diagonal_op;
extern const Op diagonal_matrix_op;
extern const Op mask_op;
extern const Op where_op;
extern const Op stop_gradient_op;
///@}

/// Rows first, ..., first + count - 1: [n x m] -> [count x m]. Throws ShapeError unless they are
/// rows of x.
Expr rows(Operand x, int first, int count);
/// x in the rows from `first` on of a matrix of zeros: [count x m] -> [total x m]; the transpose of
/// `rows`. Throws ShapeError unless x fits.
Expr place_rows(Operand x, int first, int total);
/// The operands below each other, all with m columns. Throws ShapeError unless they have, and when
/// their rows together are beyond the range of int.
Expr stack_rows(std::span<const Operand> parts);
///@{
/// The same of operands in braces, or of expressions.
Expr stack_rows(std::initializer_list<Operand> parts);
Expr stack_rows(const std::vector<Expr>& parts, SourceLine line = SourceLine::here());
///@}

/// Columns first, ..., first + count - 1: [n x m] -> [n x count]. Throws ShapeError unless they are
/// columns of x.
Expr columns(Operand x, int first, int count);
/// x in the columns from `first` on of a matrix of zeros: [n x count] -> [n x total]; the transpose
/// of `columns`. Throws ShapeError unless x fits.
Expr place_columns(Operand x, int first, int total);
/// The operands beside each other, all with n rows. Throws ShapeError unless they have, and when
/// their columns together are beyond the range of int.
Expr stack_columns(std::span<const Operand> parts);
///@{
/// The same of operands in braces, or of expressions.
Expr stack_columns(std::initializer_list<Operand> parts);
Expr stack_columns(const std::vector<Expr>& parts, SourceLine line = SourceLine::here());
///@}

/// The entries of x, column by column, as a matrix of another shape. Throws ShapeError unless it
/// has as many entries.
Expr reshape(Operand x, int rows, int columns);

/// diag(d) x, row r times d(r): d [n x 1], x [n x m]. Throws ShapeError unless they fit.
Expr scale_rows(Operand factors, Operand x);
/// x diag(d), column c times d(c): x [n x m], d [1 x m]. Throws ShapeError unless they fit.
Expr scale_columns(Operand x, Operand factors);

/// The diagonal as a column: [n x n] -> [n x 1]. Throws ShapeError unless A is square.
Expr diagonal(Operand A);
/// The matrix with that diagonal and zeros beside it: [n x 1] -> [n x n]; the transpose of
/// `diagonal`. For diagonal_matrix(d) X, `scale_rows` is cheaper. Throws ShapeError unless d is a
/// column.
Expr diagonal_matrix(Operand d);
/// The matrix [n x n] with ones on its diagonal and zeros beside it: diagonal_matrix of ones.
/// Throws ShapeError unless n is positive.
///
/// Triangles of ones, such as masks that let each column see itself and what is before it, are
/// cumulative_sum(identity_matrix(graph, n)), above the diagonal and on it, and
/// reverse_cumulative_sum(identity_matrix(graph, n)), below and on it.
Expr identity_matrix(Graph& graph, int n, SourceLine line = SourceLine::here());
/// These values, which nothing differentiates: constants beside and below each other, one node for
/// each value that differs. For a matrix of thousands an input is shorter to print. Throws
/// ShapeError for a matrix without entries.
Expr constant_matrix(Graph& graph, const Matrix& values, SourceLine line = SourceLine::here());

/// x where keep is not 0, else exactly 0, even where x is NaN: both [n x m]. The gradient of what
/// is masked is exactly 0; keep gets none. Throws ShapeError unless the shapes are equal.
Expr mask(Operand x, Operand keep);

/// a where keep is not 0, else b, even where the other one is NaN: all [n x m]. The gradient of
/// what is not chosen is exactly 0; keep gets none. Throws ShapeError unless the shapes are equal.
Expr where(Operand keep, Operand a, Operand b);

/// x, but a constant to differentiation: no adjoint and no tangent passes.
Expr stop_gradient(Operand x);

}  // namespace revolute
