#pragma once

#include <revolute/graph/program/detail/instructions.hpp>
#include <revolute/graph/program/detail/reads.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace revolute::detail {

/// Where the values of each part are: its members one after the other, a slab.
struct MemoryPlan {
    std::vector<std::size_t> offsets;  ///< by part: where its slab begins, in numbers
    std::size_t numbers = 0;           ///< the size of all memory
};

/// Gives every part that has values of its own a slab. A slab is handed on when all that reads it is
/// done; those of leaves, constants and outputs stay. The result of an elementwise operator stands in
/// the place of an operand that nothing else reads. Slabs begin at multiples of `granule`.
MemoryPlan plan_memory(const Rolled& rolled, const Reads& reads, std::span<const Loop> loops,
                       std::size_t granule);

}  // namespace revolute::detail
