#pragma once

/// @file
/// Elementary functions, entry by entry. A NaN stays one.

#include <revolute/graph/op.hpp>

namespace revolute {

///@{
/// The record of the operator that a function of this header applies.
extern const Op reciprocal_op;
extern const Op exp_op;
extern const Op log_op;
extern const Op sqrt_op;
extern const Op power_op;
extern const Op sin_op;
extern const Op cos_op;
extern const Op abs_op;
extern const Op sign_op;
extern const Op minimum_op;
extern const Op maximum_op;
extern const Op clamp_op;
extern const Op erf_op;
///@}

/// 1 / x.
Expr reciprocal(Operand x);
/// e to the x.
Expr exp(Operand x);
/// The natural logarithm; -inf at 0, NaN below.
Expr log(Operand x);
/// The square root; NaN below 0. Its derivative is infinite at 0.
Expr sqrt(Operand x);
/// x to the k, a number: as std::pow, so NaN for x < 0 unless k is whole.
Expr power(Operand x, double k);
/// a to the b, entry by entry, both [n x m], as exp(b o log a): for a > 0. Throws ShapeError unless
/// the shapes are equal.
Expr power(Operand a, Operand b);
/// The sine of x, in radians.
Expr sin(Operand x);
/// The cosine of x, in radians.
Expr cos(Operand x);
/// |x|; the derivative at 0 is taken as 0, and the second derivative is zero everywhere.
Expr abs(Operand x);
/// 1 where x > 0, -1 where x < 0, 0 at 0. Its derivative is zero everywhere.
Expr sign(Operand x);
/// The smaller of a and b, both [n x m]. Where they are equal, a alone gets the adjoint; second
/// derivatives are zero everywhere. Throws
/// ShapeError unless the shapes are equal.
Expr minimum(Operand a, Operand b);
/// The larger of a and b, both [n x m]. Where they are equal, a alone gets the adjoint; second
/// derivatives are zero everywhere. Throws
/// ShapeError unless the shapes are equal.
Expr maximum(Operand a, Operand b);
///@{
/// The smaller of each entry and a number, and the larger: x clamped at one side. The derivative at
/// the bound is taken as 0.
Expr minimum(Operand x, double bound);
Expr maximum(Operand x, double bound);
///@}

/// x, or the bound that it is beyond; the derivative at a bound is taken as 0, and the second
/// derivative is zero everywhere. A bound that is infinite
/// is none. Throws ShapeError unless low <= high.
Expr clamp(Operand x, double low, double high);
/// The error function.
Expr erf(Operand x);

}  // namespace revolute
