#include <revolute/graph/rolling/detail/axis_nesting.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace revolute::detail {

namespace {

/// By axis, the numbers of its steps.
using StepsOfAxes = std::map<std::int32_t, std::set<std::int32_t>>;

StepsOfAxes steps_of_axes(const Graph& graph, const std::vector<bool>& needed) {
    StepsOfAxes steps;
    std::optional<Step> previous;
    for (std::uint32_t i = 0; i < needed.size(); ++i) {
        const Step* const at = needed[i] ? graph.find_step(NodeId{i}) : nullptr;
        if (at == nullptr || *at == previous) continue;
        steps[at->axis].insert(at->t);
        previous = *at;
    }
    return steps;
}

/// So many changes of the step in one phase are a recurrence. An iteration may make a gradient at
/// its own step, subtract it at the next, and decay what comes of that at the one after, before it
/// waits again.
constexpr std::uint32_t changes_of_recurrence = 3;

/// In which part of its phases an axis goes through its steps: in all where it is the inner one,
/// and in few where it waits for another axis between any two steps.
double share_of_phases_with_recurrences(const Graph& graph, const std::vector<bool>& needed,
                                        std::vector<std::int32_t> others) {
    const FoldedSteps steps(graph, std::move(others));
    const std::vector<std::uint32_t> phases = phases_of(steps, needed);
    std::vector<std::uint32_t> changes(needed.size(),
                                       0);  // of the step, in the phase, up to the node
    std::set<std::uint32_t> all, recurrent;
    for (std::uint32_t i = 0; i < needed.size(); ++i) {
        const Step* const at = needed[i] ? steps.find(NodeId{i}) : nullptr;
        if (at == nullptr) continue;
        for (const NodeId operand : graph.operands(NodeId{i})) {
            const Step* const from = steps.find(operand);
            if (from == nullptr || phases[index(operand)] != phases[i]) continue;
            changes[i] = std::max(changes[i], changes[index(operand)] + (*from != *at ? 1 : 0));
        }
        all.insert(phases[i]);
        if (changes[i] >= changes_of_recurrence) recurrent.insert(phases[i]);
    }
    return static_cast<double>(recurrent.size()) / static_cast<double>(all.size());
}

/// The first node of an outer axis that is read at more than half of the steps of an inner one.
std::optional<SpreadNode> find_spread(const Graph& graph, const std::vector<bool>& needed,
                                      const StepsOfAxes& all, std::span<const std::int32_t> outer) {
    const auto is_outer = [&](std::int32_t axis) {
        return std::ranges::find(outer, axis) != outer.end();
    };
    std::map<std::pair<NodeId, std::int32_t>, std::set<std::int32_t>> readers;
    for (std::uint32_t i = 0; i < needed.size(); ++i) {
        const Step* const at = needed[i] ? graph.find_step(NodeId{i}) : nullptr;
        if (at == nullptr || is_outer(at->axis)) continue;
        for (const NodeId operand : graph.operands(NodeId{i})) {
            const Step* const from = graph.find_step(operand);
            if (from != nullptr && is_outer(from->axis)) readers[{operand, at->axis}].insert(at->t);
        }
    }
    for (const auto& [read, steps] : readers)
        if (steps.size() > 1 && 2 * steps.size() > all.at(read.second).size())
            return SpreadNode{read.first, read.second};
    return std::nullopt;
}

}  // namespace

std::vector<std::uint32_t> phases_of(const FoldedSteps& steps, const std::vector<bool>& needed) {
    const Graph& graph = steps.graph();
    std::vector<std::uint32_t> phases(needed.size(), 0);
    for (std::uint32_t i = 0; i < needed.size(); ++i) {
        if (!needed[i]) continue;
        const bool has_step = steps.find(NodeId{i}) != nullptr;
        for (const NodeId operand : graph.operands(NodeId{i})) {
            const bool waits =
                has_step && graph.depends_on_time(operand) && steps.find(operand) == nullptr;
            phases[i] = std::max(phases[i], phases[index(operand)] + (waits ? 1 : 0));
        }
    }
    return phases;
}

AxisNesting nesting_of(const Graph& graph, const std::vector<bool>& needed) {
    const StepsOfAxes all = steps_of_axes(graph, needed);
    AxisNesting nesting;
    for (const auto& [axis, steps] : all) nesting.outermost_first.push_back(axis);
    if (all.size() < 2) return nesting;
    std::map<std::int32_t, double> share;
    for (const std::int32_t axis : nesting.outermost_first) {
        std::vector<std::int32_t> others = nesting.outermost_first;
        std::erase(others, axis);
        share[axis] = share_of_phases_with_recurrences(graph, needed, std::move(others));
    }
    const auto share_of = [&](std::int32_t axis) { return share[axis]; };
    std::ranges::stable_sort(nesting.outermost_first, {}, share_of);
    // An outer axis may have a recurrence of its own, as a rate that decays, which waits for
    // nothing.
    const double most = share_of(nesting.outermost_first.back());
    for (const std::int32_t axis : nesting.outermost_first)
        if (2 * share_of(axis) < most) ++nesting.outer_count;
    nesting.spread = find_spread(graph, needed, all, nesting.outer());
    return nesting;
}

}  // namespace revolute::detail
