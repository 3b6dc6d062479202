#include <revolute/graph/detail/condense.hpp>
#include <revolute/graph/detail/roll_parts.hpp>
#include <revolute/graph/detail/roll_schedule.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/roll.hpp>
#include <revolute/graph/structure.hpp>

#include <algorithm>
#include <limits>
#include <map>

namespace revolute {

namespace {

using detail::Groups;
using detail::Phases;

/// One way to fold, and the order of what came of it.
struct Attempt {
    Folding folding;
    Groups groups;
    std::vector<Part> parts;
    detail::Schedule schedule;
};

Attempt attempt(const Graph& graph, const std::vector<bool>& needed, Folding folding) {
    Attempt result{folding, {}, {}, {}};
    result.groups = folding == Folding::none
                        ? detail::ungrouped_nodes(graph, needed)
                        : detail::group_nodes(
                              graph, needed, folding == Folding::merged ? Phases::off : Phases::on);
    result.parts = detail::make_parts(graph, result.groups);
    if (folding == Folding::merged || folding == Folding::phased)
        detail::merge_parts(graph, result.groups, result.parts);
    detail::add_sweeps(graph, result.groups, result.parts);
    detail::add_names(graph, result.groups, result.parts);
    if (folding == Folding::none) {
        for (std::uint32_t i = 0; i < result.parts.size(); ++i)
            result.schedule.components.push_back({{PartId{i}}, 0});
    } else {
        result.schedule = detail::schedule_parts(result.parts);
    }
    return result;
}

/// Merging can close a circle through a sum over steps, which the phases then keep apart.
Attempt first_that_has_an_order(const Graph& graph, const std::vector<bool>& needed,
                                std::string& refusal) {
    for (const Folding folding : {Folding::merged, Folding::phased, Folding::unmerged}) {
        Attempt result = attempt(graph, needed, folding);
        if (result.schedule.is_possible()) return result;
        if (refusal.empty()) refusal = result.schedule.refusal;
    }
    return attempt(graph, needed, Folding::none);
}

/// The number of steps that the longest stands for, with those which lie before or behind it:
/// recurrences that take over from each other, where a cell is exchanged. One that overlaps it is
/// the same steps, maybe shifted by one.
std::int32_t steps_of(std::span<const Interval> intervals) {
    const Interval longest = *std::ranges::max_element(intervals, {}, &Interval::size);
    Interval all = longest;
    for (const Interval interval : intervals)
        if (interval.high < longest.low || longest.high < interval.low)
            all = {std::min(all.low, interval.low), std::max(all.high, interval.high)};
    all.low = std::min(all.low, 0);  // a recurrence may begin late
    // Labels may be any numbers: what lies between two of them may be more than there are.
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(std::min(all.size(), most));
}

/// Whether a family is made of initial states alone, as their transposes are.
bool is_initial_state(const Part& family, const std::vector<bool>& is_initial) {
    if (is_given(*family.op)) return family.op == &initial_state_op;
    return !family.slots.empty() &&
           std::ranges::all_of(family.slots, [&](const std::vector<Segment>& cases) {
               return std::ranges::all_of(cases, [&](const Segment& segment) {
                   return is_initial[index(segment.target)];
               });
           });
}

/// Whether a family has members in the interval, and behind it.
bool goes_on_behind(const Part& family, Interval interval) {
    return family.hull().high > interval.high &&
           std::ranges::any_of(family.runs, [&](const StepRange& run) {
               return run.low() <= interval.high && interval.low <= run.high();
           });
}

/// The steps of each time axis: those of its recurrences, holes included, or without recurrences those of its
/// families, of which initial states are none, nor what is made of them alone: they stand before the first step.
/// Inputs go on where the first step of a recurrence that descends is apart from it. What two directions start from
/// is no input, though it may be one family, of h(-1) and h(N). (A family that no recurrence needs may have one
/// more: the transposes of h(-1), ..., h(T).)
std::vector<AxisSteps> axes_of(std::span<const Part> parts, std::span<const Component> schedule) {
    struct Intervals {
        std::vector<Interval> of_recurrences, of_families, of_initial_states;
        std::vector<const Part*> leaves;
    };
    std::map<std::int32_t, Intervals> intervals;
    std::vector<bool> is_initial(parts.size());
    for (const Component& component : schedule)
        for (const PartId id : component.parts) {
            const Part& part = parts[index(id)];
            if (part.runs.empty()) continue;
            is_initial[index(id)] = is_initial_state(part, is_initial);
            const Interval steps = part.hull();
            Intervals& of = intervals[*part.axis];
            (component.is_recurrence() ? of.of_recurrences
             : is_initial[index(id)]   ? of.of_initial_states
                                       : of.of_families)
                .push_back(steps);
            if (is_given(*part.op)) of.leaves.push_back(&part);
        }
    std::vector<AxisSteps> axes;
    axes.reserve(intervals.size());
    for (const auto& [axis, of] : intervals) {
        std::vector<Interval> steps = !of.of_recurrences.empty() ? of.of_recurrences
                                      : !of.of_families.empty()  ? of.of_families
                                                                 : of.of_initial_states;
        const Interval longest = *std::ranges::max_element(steps, {}, &Interval::size);
        for (const Part* leaf : of.leaves)
            if (goes_on_behind(*leaf, longest)) steps.push_back({longest.low, leaf->hull().high});
        axes.push_back({axis, steps_of(steps)});
    }
    return axes;
}

}  // namespace

Rolled roll(std::span<const Expr> outputs) {
    const Graph& graph = common_graph("roll", outputs);
    const std::vector<NodeId> ids = ids_of(outputs);
    std::string refusal;
    Attempt found = first_that_has_an_order(graph, ancestors(graph, ids), refusal);
    Rolled rolled;
    rolled.folding = found.folding;
    rolled.refusal = refusal;
    rolled.sharing = graph.sharing();
    rolled.axes = axes_of(found.parts, found.schedule.components);
    for (const NodeId id : ids) {
        const auto at = graph.step(id);
        rolled.outputs.push_back({PartId{found.groups.group_of[index(id)]}, at ? at->t : 0});
    }
    rolled.parts = std::move(found.parts);
    rolled.nodes = std::move(found.groups.members);
    rolled.schedule = std::move(found.schedule.components);
    detail::condense(rolled);
    return rolled;
}

Rolled roll(std::span<const Expr> outputs, const Labels& labels) {
    Rolled rolled = roll(outputs);
    name_parts(rolled, labels);
    return rolled;
}

}  // namespace revolute
