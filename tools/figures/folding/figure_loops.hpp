#pragma once

/// @file
/// The loops over the steps in a folded figure.

#include <revolute/tools/figures/figure.hpp>

#include <optional>
#include <span>
#include <vector>

namespace revolute {

/// What finding the loops needs to know of a node of a folded figure.
struct LoopNode {
    /// Number of its strongly connected component among the parts of the graph, operands first.
    std::uint32_t component = 0;
    std::int32_t band = 0;              ///< 0: the upper row of panels
    std::optional<std::int32_t> place;  ///< of its time axis; none: it does not stand for all steps
};

/// The loop over the steps in which a node is computed.
struct LoopPlace {
    std::int32_t column = 0;     ///< among the loops of its band and time axis, from the left
    std::int32_t direction = 0;  ///< 1: ascending, -1: descending, 0: in any order
};

/// Sorts the nodes that stand for all steps into loops: recurrences of one direction share one
/// where neither waits for another loop that waits for the other one; what is parallel over time
/// joins the only loop that reads it or that it reads, or, where there are several, stands between
/// them. `reach`: by edge, the step of its source as seen from its target, 0 where they have the
/// same.
std::vector<std::optional<LoopPlace>> find_loops(const Figure& figure,
                                                 std::span<const LoopNode> nodes,
                                                 std::span<const std::int32_t> reach);

}  // namespace revolute
