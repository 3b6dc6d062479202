#pragma once

#include <revolute/graph/expr.hpp>
#include <revolute/graph/graph.hpp>
#include <support/random_graph.hpp>

#include <vector>

// Nets of which a program's passes can make much, drawn at random: their outputs.

namespace revolute::test {

/// A net each step of which multiplies by several factors: weights, and what is computed at this
/// step, at the one before or once for all later steps, entry by entry or not. Some of the products
/// could be one.
std::vector<Expr> products_net(Graph& graph, Random& random, int steps);

/// A net of elementwise values, each made of others of the same step, of the one before, of the
/// first or of the steps in another order. Many of them are read once for each step.
std::vector<Expr> entrywise_net(Graph& graph, Random& random, int steps);

}  // namespace revolute::test
