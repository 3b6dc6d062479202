#pragma once

#include <revolute/graph/op.hpp>

namespace revolute {

extern const Op mse_op;

/// HALF the squared error, summed over rows and averaged over columns (equation 7.3 for a batch): L
/// = 1/(2 B) sum over r, c of (y(r, c) - Y(r, c))^2, with y and Y [n x B]. The factor 1/2 makes the
/// gradient (y - Y) / B. Throws ShapeError unless the shapes are equal.
Expr mse(Operand y, Operand target);

}  // namespace revolute
