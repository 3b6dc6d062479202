#pragma once

#include <support/random_graph.hpp>

#include <span>
#include <vector>

namespace revolute::test {

/// Copies of the outputs in which a part of the steps is replaced by random ones, of so many time
/// axes.
std::vector<Expr> relabelled(std::span<const Expr> outputs, Graph& copy, Random& random,
                             double share, std::size_t axes = 2);

}  // namespace revolute::test
