#include <revolute/graph/detail/made_steps.hpp>
#include <revolute/graph/leaf.hpp>

#include <algorithm>
#include <vector>

namespace revolute::detail {

namespace {

/// Tells, node by node, what is computed at its step.
class StepCount {
 public:
    explicit StepCount(const Graph& graph)
        : graph_(graph), begins_(graph.size()), is_handed_back_(graph.size()) {}

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
        is_handed_back_[index(node)] = reads_time && is_of_later_steps(node, at);
        // A transpose or reshape has the step of its operand, and the adjoint of an initial state
        // that one's.
        const Role role = graph_.op(node).role;
        return reads_time && !only_begins && role != Role::transpose && role != Role::reshape &&
               !graph_.is_made_by_adjoint(node);
    }

    /// Whether a node is made of later steps alone. So is the tangent of what h(-1) is handed,
    /// which no rule of an adjoint made.
    bool is_handed_back(NodeId node) const { return is_handed_back_[index(node)]; }

 private:
    bool is_of_later_steps(NodeId node, Step at) const {
        return std::ranges::all_of(graph_.operands(node), [&](NodeId operand) {
            const Step* const step = graph_.find_step(operand);
            const bool is_later = step != nullptr && step->axis == at.axis && step->t > at.t;
            return is_later || is_handed_back_[index(operand)] || !graph_.depends_on_time(operand);
        });
    }

    const Graph& graph_;
    std::vector<bool> begins_;  ///< made of initial states of its step alone
    std::vector<bool> is_handed_back_;
};

}  // namespace

std::map<std::int32_t, MadeSteps> made_steps(const Graph& graph) {
    std::map<std::int32_t, MadeSteps> made;
    StepCount count(graph);
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const Step* const at = graph.find_step(NodeId{i});
        if (at == nullptr || !count.is_of_a_step(NodeId{i}, *at)) continue;
        MadeSteps& of_axis = made[at->axis];
        of_axis.steps.high = std::max(of_axis.steps.high, at->t);
        if (count.is_handed_back(NodeId{i})) continue;
        of_axis.steps.low = std::min(of_axis.steps.low, at->t);
        if (at->t >= 0) of_axis.first = std::min(of_axis.first.value_or(at->t), at->t);
    }
    for (const auto& [axis, steps] : graph.steps_of_source()) {
        MadeSteps& of_axis = made[axis];
        of_axis.steps.high = std::max(of_axis.steps.high, steps.high);
        of_axis.first = std::min(of_axis.first.value_or(steps.low), steps.low);
    }
    return made;
}

}  // namespace revolute::detail
