#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>

namespace revolute::detail {

/// Whether the rolled graph over another number of steps gives the values that one built with so
/// many gives, with some numbers for the leaves, but for rounding. Leaves are told by name, step
/// and number among those called so. False where values are not finite, or a graph cannot be
/// evaluated with such numbers: nothing is shown then.
bool gives_the_same(const Rolled& rolled, const Rolled& built, std::int32_t steps,
                    std::int32_t axis);

}  // namespace revolute::detail
