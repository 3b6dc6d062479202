#pragma once

#include <revolute/graph/rolling/detail/folded_steps.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace revolute::detail {

/// A node of an outer axis that is read at most steps of an inner one, so that its distance says
/// nothing.
struct SpreadNode {
    NodeId node{};
    std::int32_t inner = 0;
};

/// Which time axes hold others. On the way from operands to users an inner axis goes through its
/// steps again and again, while an outer one waits for it between any two steps: five iterations of
/// gradient descent through all steps of a net are one long way on which t comes back to 0 five
/// times.
struct AxisNesting {
    std::vector<std::int32_t> outermost_first;  ///< all axes
    std::size_t outer_count = 0;                ///< the first so many hold the others
    std::optional<SpreadNode> spread;

    std::span<const std::int32_t> outer() const {
        return std::span(outermost_first).first(outer_count);
    }
};

/// Nothing is outer in a graph of one axis, nor where axes follow each other, as of an encoder and
/// a decoder. What nests in what does not depend on how many steps there are.
AxisNesting nesting_of(const Graph& graph, const std::vector<bool>& needed);

/// By id: how many times one has to wait, on the way to the node, for a node that depends on time
/// without having a step before a step can go on.
std::vector<std::uint32_t> phases_of(const FoldedSteps& steps, const std::vector<bool>& needed);

}  // namespace revolute::detail
