#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figures/folding/step_axes.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace revolute {

namespace {

/// Tells what is given before the first step or behind the last, in the order of the nodes.
class GivenStates {
 public:
    explicit GivenStates(const Graph& graph) : graph_(graph), is_given_(graph.size()) {}

    /// Whether the node is such a state, or is made of those of its step alone, as its transpose.
    bool add(NodeId node, Step at, const Part& part) {
        const bool result = is_given(*part.op)
                                ? is_state(part, at)
                                : std::ranges::all_of(graph_.operands(node), [&](NodeId x) {
                                      return is_given_[index(x)] && graph_.step(x) == at;
                                  });
        is_given_[index(node)] = result;
        return result;
    }

 private:
    /// One family may have the state before the first step and that behind the last.
    static bool is_state(const Part& part, Step at) {
        if (part.op == &initial_state_op) return true;
        if (!part.is_family() || part.size() > 2) return false;
        return !part.has_member(at.t - 1) && !part.has_member(at.t + 1);
    }

    const Graph& graph_;
    std::vector<bool> is_given_;  // by id
};

void widen(std::map<std::int32_t, Interval>& intervals, Step step) {
    Interval& steps = intervals.try_emplace(step.axis, Interval{step.t, step.t}).first->second;
    steps = {std::min(steps.low, step.t), std::max(steps.high, step.t)};
}

/// By id; none where nothing needs the node.
std::vector<const Part*> parts_by_id(const Rolled& rolled, std::size_t size) {
    std::vector<const Part*> parts(size);
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        for (const NodeId node : rolled.nodes[i]) parts[index(node)] = &rolled.parts[i];
    return parts;
}

}  // namespace

std::vector<StepAxis> step_axes(const Labels& labels, const Rolled& rolled,
                                const Derivative* derivative, const Graph& graph) {
    std::map<std::int32_t, Interval> of_labels, computed;
    std::set<std::int32_t> numbers;
    GivenStates given(graph);
    const std::vector<const Part*> parts = parts_by_id(rolled, graph.size());
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
        const NodeId node{i};
        if (parts[i] == nullptr || parts[i]->op == &constant_op) continue;
        if (const auto step = labels.step(node)) {
            numbers.insert(step->axis);
            if (step->t >= 0) widen(of_labels, *step);
        }
        const auto step = graph.step(node);
        const bool is_adjoint = derivative != nullptr && i > index(derivative->loss().id);
        if (step && !given.add(node, *step, *parts[i]) && !is_adjoint) widen(computed, *step);
    }
    std::vector<StepAxis> axes;
    for (const std::int32_t axis : numbers) {
        Interval steps = of_labels[axis];
        if (const auto found = std::ranges::find(rolled.axes, axis, &AxisSteps::axis);
            found != rolled.axes.end())
            steps.low = found->first;
        if (const auto found = computed.find(axis); found != computed.end())
            steps.high = found->second.high;
        axes.push_back({axis, {steps.low, std::max(steps.low, steps.high)}});
    }
    return axes;
}

}  // namespace revolute
