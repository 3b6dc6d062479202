#pragma once

#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/detail/memory/memory.hpp>

#include <cstddef>
#include <optional>

namespace revolute::detail {

/// Throws CapacityError that names the largest slabs when a program needs more bytes than it may
/// have. `number_size` is the size of a number.
void require_within(std::optional<std::size_t> limit, std::size_t needed, const Rolled& rolled,
                    const Reads& reads, const MemoryPlan& plan, std::size_t number_size);

/// Throws CapacityError where the values of a program, each with a place of its own, are so many
/// that their sizes would not fit into 64 bits. Before memory is planned.
void require_countable(const Rolled& rolled, const Reads& reads, std::size_t number_size);

}  // namespace revolute::detail
