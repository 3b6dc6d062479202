#pragma once

#include <support/random_graph.hpp>

#include <span>
#include <vector>

namespace revolute::test {

/// Copies of the outputs in which a part of the steps is replaced by random ones.
std::vector<Expr> relabelled(std::span<const Expr> outputs, Graph& copy, Random& random,
                             double share);

}  // namespace revolute::test
