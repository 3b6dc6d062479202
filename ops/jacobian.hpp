#pragma once

/// @file
/// Whole matrices of derivatives, as graphs. Entries of a matrix are counted column by column:
/// vec(x) is the column of them.

#include <revolute/graph/derivative/differentiate.hpp>

namespace revolute {

/// J = d vec(output) / d vec(variable): [size of output x size of variable].
///
/// By columns, a pushforward each, where the variable has no more entries than the output; by rows,
/// a reverse pass each, where it has more: min(n, m) passes (Griewank and Walther 2008, section
/// 3.5). Every pass appends its nodes, so J is meant for small sizes; products with it need one
/// pass and no J.
///
/// Throws GraphError for an empty expression and for expressions of two graphs; DerivativeError for
/// a missing rule and, unless `unreachable` is `zeros`, when the output does not depend on the
/// variable; ShapeError where one of them has more entries than int counts.
Expr jacobian(Expr output, Expr variable, Unreachable unreachable = Unreachable::error,
              SourceLine line = SourceLine::here());

/// H = d^2 loss / d vec(variable)^2: [n x n] for n entries, the Jacobian of the gradient, forward
/// over reverse like hessian_vector_product. Zeros where the loss is linear. It is symmetric up to
/// rounding.
///
/// Throws like differentiate and jacobian.
Expr hessian(Expr loss, Expr variable, Unreachable unreachable = Unreachable::error,
             SourceLine line = SourceLine::here());

}  // namespace revolute
