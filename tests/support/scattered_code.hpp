#pragma once

#include <revolute/graph/program/detail/instructions.hpp>
#include <support/random_graph.hpp>

#include <vector>

namespace revolute::test {

/// The same computation in another order: loops in pieces that stand anywhere behind what they read, each body
/// in any order in which it computes the same.
std::vector<detail::Loop> scattered(const std::vector<detail::Loop>& loops, Random& random);

}  // namespace revolute::test
