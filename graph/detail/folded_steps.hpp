#pragma once

#include <revolute/graph/graph.hpp>

#include <cstdint>
#include <optional>

namespace revolute::detail {

/// The steps along which a graph is folded: all of them, or those of one time axis, of which a node of
/// another axis is one without step.
class FoldedSteps {
 public:
    explicit FoldedSteps(const Graph& graph, std::optional<std::int32_t> axis = {})
        : graph_(graph), axis_(axis) {}

    const Graph& graph() const { return graph_; }
    /// The step of a node, or null.
    const Step* find(NodeId node) const {
        const Step* const step = graph_.find_step(node);
        return step != nullptr && axis_ && step->axis != *axis_ ? nullptr : step;
    }

 private:
    const Graph& graph_;
    std::optional<std::int32_t> axis_;
};

}  // namespace revolute::detail
