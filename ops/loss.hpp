#pragma once

/// @file
/// Losses, and the derivatives of those that lose no digits.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op mse_op;
extern const Op mae_op;
extern const Op huber_op;
extern const Op binary_cross_entropy_with_logits_op;
extern const Op sigmoid_error_op;
extern const Op softmax_cross_entropy_op;
extern const Op column_cross_entropy_op;
extern const Op softmax_error_op;
///@}

/// HALF the squared error, summed over rows and averaged over columns (equation 7.3 for a batch): L
/// = 1/(2 B) sum over r, c of (y(r, c) - Y(r, c))^2, with y and Y [n x B]. The factor 1/2 makes the
/// gradient (y - Y) / B. Throws ShapeError unless the shapes are equal.
Expr mse(Operand y, Operand target);

/// The absolute error, summed over rows and averaged over columns, y and Y [n x B]; the derivative
/// where y = Y is taken as 0, and the second derivative is zero everywhere. Throws ShapeError
/// unless the shapes are equal.
Expr mae(Operand y, Operand target);

/// Quadratic for errors up to delta, linear beyond (Huber 1964), summed over rows and averaged over
/// columns: delta^2 / 2 at |y - Y| = delta. There the slope is delta, and the second derivative, 1
/// for smaller errors and 0 for larger ones, is taken as 0. Throws ShapeError unless the shapes are
/// equal and delta is positive.
Expr huber(Operand y, Operand target, double delta = 1.0);

/// -Y log s - (1 - Y) log(1 - s) for s = sigmoid(z), summed over rows and averaged over columns, z
/// and Y [n x B]. Throws ShapeError unless the shapes are equal.
///
/// For Y from 0 to 1 nothing cancels, however small the loss: the value of each entry is right to a
/// few units in its last place, and so is its derivative by z where Y is 0 or 1 (docs/ops.md).
Expr binary_cross_entropy_with_logits(Operand z, Operand target);

/// sigmoid(z) - Y, entry by entry, the derivative of an entry's binary cross-entropy: right to a
/// few units in its last place for Y = 0 and Y = 1. Throws ShapeError unless the shapes are equal.
Expr sigmoid_error(Operand z, Operand target);

/// -log of the probability that the softmax of z gives the right class, averaged over columns: z [C
/// x B], classes [1 x B], whole numbers from 0 to C - 1, which get no gradient. Throws ShapeError
/// unless there is one class for each column; at evaluation, EvaluationError for a class out of
/// range.
///
/// Nothing cancels, however small the loss: value and derivative are right to a few units in their
/// last place, and what the rounding of a difference d of two entries does to exp(d), half of |d|
/// such units (docs/ops.md). The loss of a class of -inf is infinite. A column of nothing but -inf
/// gets a gradient of zeros.
Expr softmax_cross_entropy(Operand z, Operand classes);

/// The same loss of each column by itself: [C x B], [1 x B] -> [1 x B].
Expr column_cross_entropy(Operand z, Operand classes);

/// softmax(z) - one_hot(classes), the derivative of the cross-entropy of each column: [C x B], [1 x
/// B] -> [C x B]. The entry of the right class is minus the sum of the others, and has all their
/// digits.
Expr softmax_error(Operand z, Operand classes);

}  // namespace revolute
