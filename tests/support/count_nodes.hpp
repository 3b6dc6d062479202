#pragma once

#include <revolute/graph/cost/cost.hpp>
#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>

#include <array>
#include <set>
#include <span>
#include <vector>

namespace revolute::test {

/// What `Cost` says, node by node on the graph itself. Of the roll it takes only which nodes are a
/// recurrence together.
class NodeCounter {
 public:
    explicit NodeCounter(std::span<const Expr> outputs)
        : graph_(*outputs.front().graph), needed_(ancestors(graph_, ids_of(outputs))) {
        const std::array loss{outputs.front().id};
        is_forward_ = ancestors(graph_, loss);
        find_recurrences(roll(outputs));
    }

    Cost count() const {
        Cost cost;
        std::set<NodeId> kept;
        for (std::uint32_t i = 0; i < graph_.size(); ++i) {
            if (!needed_[i]) continue;
            pass(cost, NodeId{i}).operations += operation_count(graph_, NodeId{i});
            if (is_forward_[i] || is_view(NodeId{i})) continue;
            for (const NodeId operand : graph_.operands(NodeId{i}))
                if (must_be_kept(viewed(operand), NodeId{i})) kept.insert(viewed(operand));
        }
        for (const NodeId node : kept)
            pass(cost, node).kept_entries += static_cast<std::int64_t>(graph_.shape(node).size());
        return cost;
    }

 private:
    static constexpr std::size_t none = 0;

    void find_recurrences(const Rolled& rolled) {
        recurrence_.assign(graph_.size(), none);
        for (std::size_t i = 0; i < rolled.schedule.size(); ++i)
            if (rolled.schedule[i].is_recurrence())
                for (const PartId part : rolled.schedule[i].parts)
                    for (const NodeId node : rolled.nodes[index(part)])
                        recurrence_[index(node)] = i + 1;
    }

    PassCost& pass(Cost& cost, NodeId node) const {
        return is_forward_[index(node)] ? cost.forward : cost.backward;
    }

    bool is_view(NodeId node) const {
        const std::set views{Role::transpose, Role::reshape, Role::broadcast, Role::stop_gradient};
        return views.contains(graph_.op(node).role);
    }

    NodeId viewed(NodeId node) const {
        while (is_view(node)) node = graph_.operand(node, 0);
        return node;
    }

    /// Whether the node is kept for one of the backward pass.
    bool must_be_kept(NodeId node, NodeId reader) const {
        if (graph_.operand_count(node) == 0) return false;
        if (is_forward_[index(node)]) return true;
        const std::size_t own = recurrence_[index(node)];
        return own != none && own != recurrence_[index(reader)];
    }

    const Graph& graph_;
    std::vector<bool> needed_;
    std::vector<bool> is_forward_;
    std::vector<std::size_t> recurrence_;  // by id: number of the recurrence that it belongs to
};

}  // namespace revolute::test
