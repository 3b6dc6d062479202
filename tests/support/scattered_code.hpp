#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <support/random_graph.hpp>

namespace revolute::test {

/// What `lower` gives, in another order that computes the same: loops in pieces that stand anywhere
/// behind what they read, each body in any order. All values stand in slabs.
detail::Code scattered_code(const Rolled& rolled, const detail::Reads& reads, Random& random);

}  // namespace revolute::test
