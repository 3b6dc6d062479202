#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>

#include <cstddef>
#include <vector>

namespace revolute::detail {

/// Numbers in 64 bytes: what slabs are aligned to.
template <class Number>
constexpr std::size_t granule = 64 / sizeof(Number);

constexpr std::size_t rounded_up(std::size_t size, std::size_t multiple) {
    return (size + multiple - 1) / multiple * multiple;
}

/// Where the members of a part are, in numbers.
struct Layout {
    std::size_t offset = 0;         ///< of the first
    std::size_t leading = 0;        ///< from a column to the next
    std::size_t member_stride = 0;  ///< from a member to the next; 0: they share one place
    std::size_t numbers = 0;        ///< of the slab it stands in
};

/// In numbers of the program's kind.
struct Units {
    std::size_t granule = 1;  ///< slabs begin at multiples of it
    std::size_t block = 1;    ///< what an entrywise call reads of a constant, at most
    std::size_t (*packed_size)(int rows, int inner) = nullptr;  ///< of a factor that is packed
};

/// Where the values of each part are: its members one after the other, a slab.
struct MemoryPlan {
    std::vector<Layout> layouts;     ///< by part
    std::vector<std::size_t> packs;  ///< by pack, where it begins
    std::size_t numbers = 0;         ///< the size of all memory
};

/// Gives every part that has values of its own a slab, every stack one for all its parts. A slab is
/// handed on when all that reads it is done; those of leaves, constants and outputs stay. The
/// result of an elementwise operator stands in the place of an operand that nothing else reads.
MemoryPlan plan_memory(const Rolled& rolled, const Reads& reads, const Code& code, Units units);

}  // namespace revolute::detail
