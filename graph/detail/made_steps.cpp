#include <revolute/graph/detail/made_steps.hpp>
#include <revolute/graph/leaf.hpp>

#include <algorithm>
#include <vector>

namespace revolute::detail {

namespace {

/// Tells, node by node, what is computed at its step.
class StepCount {
 public:
    explicit StepCount(const Graph& graph) : graph_(graph), begins_(graph.size()) {}

    /// Whether the node belongs to a step of the net. Nodes must be asked about in their order.
    bool is_of_a_step(NodeId node, Step at) {
        if (graph_.operand_count(node) == 0) {
            begins_[index(node)] = &graph_.op(node) == &initial_state_op;
            return false;
        }
        bool reads_time = false, only_begins = true;
        for (const NodeId operand : graph_.operands(node)) {
            if (!graph_.depends_on_time(operand)) continue;
            reads_time = true;
            only_begins &= begins_[index(operand)] && graph_.step(operand) == at;
        }
        begins_[index(node)] = reads_time && only_begins;
        // A transpose or reshape has the step of its operand, and the adjoint of an initial state that one's.
        const Role role = graph_.op(node).role;
        return reads_time && !only_begins && role != Role::transpose && role != Role::reshape &&
               !graph_.is_made_by_adjoint(node);
    }

 private:
    const Graph& graph_;
    std::vector<bool> begins_;  ///< made of initial states of its step alone
};

}  // namespace

std::map<std::int32_t, std::int32_t> made_steps(const Graph& graph) {
    std::map<std::int32_t, std::int32_t> steps;
    StepCount count(graph);
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const Step* const at = graph.find_step(NodeId{i});
        if (at == nullptr || !count.is_of_a_step(NodeId{i}, *at)) continue;
        std::int32_t& most = steps[at->axis];
        most = std::max(most, at->t + 1);
    }
    for (const auto& [axis, most] : graph.steps_of_source()) steps[axis] = most;
    return steps;
}

}  // namespace revolute::detail
