#pragma once

#include <revolute/graph/graph.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace revolute::detail {

/// The steps along which a graph is folded: all but those of some time axes, whose nodes are
/// without step.
class FoldedSteps {
 public:
    explicit FoldedSteps(const Graph& graph, std::vector<std::int32_t> unfolded = {})
        : graph_(graph), unfolded_(std::move(unfolded)) {}

    const Graph& graph() const { return graph_; }
    /// The step of a node, or null.
    const Step* find(NodeId node) const {
        const Step* const step = graph_.find_step(node);
        if (step == nullptr || unfolded_.empty()) return step;
        return std::ranges::find(unfolded_, step->axis) == unfolded_.end() ? step : nullptr;
    }

 private:
    const Graph& graph_;
    std::vector<std::int32_t> unfolded_;
};

}  // namespace revolute::detail
