#pragma once

/// @file
/// H v, forward over reverse.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>

#include <span>
#include <vector>

namespace revolute {

/// Appends H v, the derivative of the loss's gradient along a direction, to the loss's graph: a
/// node for each variable, of its shape. H is the matrix of second derivatives with respect to all
/// variables together and is never formed. The direction may lead along other variables than those
/// (a block of H); what has no seed stays still.
///
/// Forward over reverse: the tangent of the gradient (Pearlmutter 1994, the R-operator; Griewank
/// and Walther 2008, section 5.1). The gradient's nodes are those that differentiate makes, so
/// products along several directions share them, and nothing has to be kept for a second reverse
/// pass.
///
/// Throws GraphError for an empty expression and for expressions of two graphs, and what
/// differentiate and pushforward throw: ShapeError unless the loss is 1 x 1 and seeds have their
/// variables' shapes, DerivativeError for a missing rule and, unless `unreachable` is `zeros`, for
/// a variable that the loss does not depend on. One that it depends on linearly has a product of
/// zeros.
std::vector<Expr> hessian_vector_product(Expr loss, std::span<const Expr> variables,
                                         std::span<const Seed> direction,
                                         Unreachable unreachable = Unreachable::error,
                                         SourceLine line = SourceLine::here());

}  // namespace revolute
