#pragma once

#include <revolute/graph/op.hpp>

namespace revolute {

extern const Op mse_op;
extern const Op mae_op;
extern const Op huber_op;
extern const Op binary_cross_entropy_with_logits_op;
extern const Op softmax_cross_entropy_op;

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
/// and Y [n x B]. Exact for entries of any size. Throws ShapeError unless the shapes are equal.
Expr binary_cross_entropy_with_logits(Operand z, Operand target);

/// -log of the probability that the softmax of z gives the right class, averaged over columns: z [C x B],
/// classes [1 x B], whole numbers from 0 to C - 1, which get no gradient. Exact for entries of any size.
/// Throws ShapeError unless there is one class for each column; at evaluation, EvaluationError for a class
/// out of range.
Expr softmax_cross_entropy(Operand z, Operand classes);

}  // namespace revolute
