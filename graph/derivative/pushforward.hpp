#pragma once

/// @file
/// The forward pass: tangents of outputs along a direction.

#include <revolute/graph/graph.hpp>

#include <span>
#include <vector>

namespace revolute {

/// A direction: the tangent that a variable starts with, of the variable's shape.
struct Seed {
    Expr variable;  ///< a node of the graph, of any kind
    Expr tangent;   ///< x_dot, of the variable's shape
};

/// Appends the tangents of the outputs, J x_dot, to their graph: forward accumulation (Griewank and
/// Walther 2008, section 3.1). An output that no seed reaches has a tangent of zeros. Throws
/// ShapeError for a seed of the wrong shape, GraphError for a second seed of a variable, and
/// DerivativeError for an operator without a rule.
std::vector<Expr> pushforward(std::span<const Expr> outputs, std::span<const Seed> seeds,
                              SourceLine line = SourceLine::here());

}  // namespace revolute
