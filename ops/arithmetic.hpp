#pragma once

/// @file
/// Sums, differences and entry-by-entry products. Shapes must be equal; there is no implicit
/// broadcasting. A number beside an expression stands for the constant matrix of its shape.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op add_op;
extern const Op subtract_op;
extern const Op negate_op;
extern const Op scale_op;
extern const Op multiply_op;
extern const Op hadamard_op;
extern const Op square_op;
extern const Op divide_op;
///@}

/// a + b, both [n x m]. Throws ShapeError unless the shapes are equal, and proposes the broadcast
/// that would make them so.
Expr operator+(Operand a, Operand b);
///@{
/// The same with a number for one of the two.
Expr operator+(Operand a, double b);
Expr operator+(double a, Operand b);
///@}

/// sum = sum + term, which sums up in a loop. Throws ShapeError like a + b.
Expr& operator+=(Expr& sum, Operand term);

/// a - b, both [n x m]. Throws ShapeError like a + b.
Expr operator-(Operand a, Operand b);
///@{
/// The same with a number for one of the two.
Expr operator-(Operand a, double b);
Expr operator-(double a, Operand b);
///@}

/// -x, entry by entry.
Expr operator-(Operand x);

/// A number times a matrix.
Expr scale(double factor, Operand x);
///@{
/// The same as `scale`.
Expr operator*(double factor, Operand x);
Expr operator*(Operand x, double factor);
///@}

/// A 1 x 1 node times a matrix. Throws ShapeError unless `factor` is 1 x 1.
Expr multiply(Operand factor, Operand x);

/// a o b: the product entry by entry, both [n x m]. Throws ShapeError unless the shapes are equal.
Expr hadamard(Operand a, Operand b);

/// a / b, entry by entry, both [n x m]. Throws ShapeError unless the shapes are equal.
Expr divide(Operand a, Operand b);
/// The same as `divide`.
Expr operator/(Operand a, Operand b);
///@{
/// The same with a number for one of the two.
Expr operator/(Operand a, double b);
Expr operator/(double a, Operand b);
///@}

/// x o x, entry by entry.
Expr square(Operand x);

}  // namespace revolute
