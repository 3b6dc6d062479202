#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <span>
#include <string>
#include <vector>

namespace revolute::detail {

/// An order in which the parts can be computed, or why there is none.
struct Schedule {
    std::vector<Component> components;
    std::string refusal;  ///< empty when there is an order

    bool is_possible() const { return refusal.empty(); }
};

/// Finds the recurrences: the strongly connected components of the parts (Tarjan 1972). There is no
/// order when one of them goes through a node without step, reads steps on both sides, reads
/// another time axis, or goes in a circle within one step.
Schedule schedule_parts(std::span<const Part> parts);

}  // namespace revolute::detail
