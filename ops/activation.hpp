#pragma once

/// @file
/// Activations of units, entry by entry, and the steps that their derivatives are made of.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op tanh_op;
extern const Op sigmoid_op;
extern const Op relu_op;
extern const Op leaky_relu_op;
extern const Op softplus_op;
extern const Op elu_op;
extern const Op gelu_op;
extern const Op heaviside_op;
extern const Op exceeds_op;
///@}

/// Pullback rule of an operator whose record has `derivative_by_output`: x_bar = y_bar o f'(x).
Expr times_derivative_by_output(const Pullback& p);

/// Hyperbolic tangent, entry by entry.
Expr tanh(Operand x);
/// 1 / (1 + exp(-x)), entry by entry; does not overflow.
Expr sigmoid(Operand x);
/// max(x, 0), entry by entry; the derivative at 0 is taken as 0, and the second derivative is
/// zero everywhere.
Expr relu(Operand x);
/// x where x > 0, else slope x; the derivative at 0 is taken as the slope, and the second
/// derivative is zero everywhere.
Expr leaky_relu(Operand x, double slope = 0.01);
/// log(1 + exp(x)), entry by entry; does not overflow.
Expr softplus(Operand x);
/// x where x > 0, else alpha (exp(x) - 1); the derivative at 0 is taken as alpha, and so
/// is the second derivative, which is alpha exp(x) below and 0 above.
Expr elu(Operand x, double alpha = 1.0);
/// x Phi(x) with the exact normal distribution function (Hendrycks and Gimpel 2016), no
/// approximation by tanh.
Expr gelu(Operand x);
/// 1 where x > 0, else 0, so 0 at 0. Its derivative is zero everywhere.
Expr heaviside(Operand x);
/// 1 where a > b, else 0, so 0 where they are equal, infinities among them; NaN where one is. Both
/// [n x m]. Its derivative is zero everywhere. Throws ShapeError unless the shapes are equal.
Expr exceeds(Operand a, Operand b);

}  // namespace revolute
