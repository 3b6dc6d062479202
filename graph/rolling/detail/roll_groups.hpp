#pragma once

#include <revolute/graph/rolling/detail/folded_steps.hpp>
#include <revolute/graph/rolling/lengths/detail/even_attributes.hpp>

#include <cstdint>
#include <vector>

namespace revolute::detail {

/// Whether nodes that wait for a node without step (the loss, a sum over all steps) are kept apart
/// from those that do not.
enum class Phases : bool { off, on };

/// The nodes of a graph, sorted into groups that are alike across steps: at most one node a step
/// and time axis, or one node without step. Groups are numbered by their nodes' lowest id.
struct Groups {
    std::vector<std::uint32_t> group_of;       ///< by id; `HashIndex::absent`: not needed
    std::vector<std::vector<NodeId>> members;  ///< by group, ascending in their steps
    std::vector<std::uint32_t> phases;         ///< by group; 0 when they are off
    EvenAttributes attributes;                 ///< of nodes, as they follow from the step
};

/// Groups the nodes whose `needed` is set. Two nodes are alike when their operators, shapes and
/// names agree, and their attributes, or the line on which these grow with the step; and so do
/// their operands: operands of the same step are alike, those of another step are equally far away,
/// and those that do not depend on time are the same node. All operands that depend on time without
/// having a step count as alike: the gradient of a dense layer at the last step stands where a
/// recurrence stands before it.
Groups group_nodes(const FoldedSteps& steps, const std::vector<bool>& needed, Phases phases);

/// The groups of which each is one node.
Groups ungrouped_nodes(const FoldedSteps& steps, const std::vector<bool>& needed);

}  // namespace revolute::detail
