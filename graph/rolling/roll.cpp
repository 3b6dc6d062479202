#include <revolute/graph/detail/made_steps.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/detail/axis_nesting.hpp>
#include <revolute/graph/rolling/detail/condense.hpp>
#include <revolute/graph/rolling/detail/first_steps.hpp>
#include <revolute/graph/rolling/detail/roll_parts.hpp>
#include <revolute/graph/rolling/detail/roll_schedule.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace revolute {

namespace {

using detail::Groups;
using detail::Phases;

/// One way to fold.
struct Way {
    Folding folding;
    Phases phases;
    std::vector<std::int32_t> unfolded;  // axes of which no two steps are in one part
};

/// A way to fold, and the order of what came of it.
struct Attempt {
    Way way;
    Groups groups;
    std::vector<Part> parts;
    detail::Schedule schedule;
};

Attempt attempt(const Graph& graph, const std::vector<bool>& needed, const Way& way) {
    const detail::FoldedSteps steps(graph, way.unfolded);
    const bool is_folded = way.folding != Folding::none;
    Attempt result{way, {}, {}, {}};
    result.groups = is_folded ? detail::group_nodes(steps, needed, way.phases)
                              : detail::ungrouped_nodes(steps, needed);
    result.parts = detail::make_parts(steps, result.groups);
    if (is_folded && way.folding != Folding::unmerged)
        detail::merge_parts(graph, result.groups, result.parts);
    detail::add_sweeps(steps, result.groups, result.parts);
    detail::add_names(steps, result.groups, result.parts);
    if (is_folded) {
        result.schedule = detail::schedule_parts(result.parts);
    } else {
        for (std::uint32_t i = 0; i < result.parts.size(); ++i)
            result.schedule.components.push_back({{PartId{i}}, 0});
    }
    return result;
}

/// From the one that folds most to the one that folds least. Merging can close a circle. Where a
/// sum over steps closes it, the phases keep it apart; where a step of one axis holds whole
/// recurrences of another, as an iteration that differentiates a net, its axis is not folded.
std::vector<Way> ways_to_fold(const detail::AxisNesting& nesting) {
    std::vector<Way> ways;
    const auto add_unfolded = [&](std::size_t count) {
        const auto first = nesting.outermost_first.begin();
        const std::vector<std::int32_t> unfolded(first, first + static_cast<std::ptrdiff_t>(count));
        for (const Phases phases : {Phases::off, Phases::on})
            ways.push_back({Folding::inner_axes, phases, unfolded});
    };
    const std::size_t outer = nesting.outer_count;
    if (nesting.spread) add_unfolded(outer);
    ways.push_back({Folding::merged, Phases::off, {}});
    if (outer > 0 && !nesting.spread) add_unfolded(outer);
    ways.push_back({Folding::phased, Phases::on, {}});
    for (std::size_t count = 1; count < nesting.outermost_first.size(); ++count)
        if (count != outer) add_unfolded(count);
    ways.push_back({Folding::unmerged, Phases::on, {}});
    return ways;
}

std::string text_of(const Graph& graph, detail::SpreadNode spread) {
    const std::string outer = axis_name(graph.find_step(spread.node)->axis);
    return fmt::format(
        "roll: {} is read at most steps of axis {}\n  the steps of axis {} are written out",
        graph.describe(spread.node), axis_name(spread.inner), outer);
}

/// The first way that has an order; unfolded there always is one. `refusal` says why it is not
/// `merged`.
Attempt first_that_has_an_order(const Graph& graph, const std::vector<bool>& needed,
                                std::string& refusal) {
    const detail::AxisNesting nesting = detail::nesting_of(graph, needed);
    if (nesting.spread) refusal = text_of(graph, *nesting.spread);
    for (const Way& way : ways_to_fold(nesting)) {
        Attempt found = attempt(graph, needed, way);
        if (found.schedule.is_possible()) {
            if (way.folding == Folding::merged) refusal.clear();
            return found;
        }
        if (refusal.empty()) refusal = found.schedule.refusal;
    }
    return attempt(graph, needed, {Folding::none, Phases::off, {}});
}

/// The steps that the longest stands for, with those which lie before or behind it: recurrences
/// that take over from each other, where a cell is exchanged. One that overlaps it is the same
/// steps, maybe shifted by one.
Interval all_of(std::span<const Interval> intervals) {
    const Interval longest = *std::ranges::max_element(intervals, {}, &Interval::size);
    Interval all = longest;
    for (const Interval interval : intervals)
        if (interval.high < longest.low || longest.high < interval.low)
            all = {std::min(all.low, interval.low), std::max(all.high, interval.high)};
    all.low = std::min(all.low, 0);  // a recurrence may begin late
    return all;
}

/// Labels may be any numbers: what lies between two of them may be more than there are.
std::int32_t count_of(Interval steps) {
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(std::min(steps.size(), most));
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

/// The steps that two intervals share; where there are none it ends before it begins.
Interval common(Interval a, Interval b) {
    return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

/// Where the parts of one axis have members.
struct AxisIntervals {
    std::optional<Interval> made;  ///< the steps of the graph, where it computes anything
    std::vector<Interval> of_recurrences, of_families, of_initial_states;
    std::vector<const Part*> leaves;

    void add(const Part& part, bool is_recurrence, bool is_initial) {
        const Interval of_steps = made ? common(part.hull(), *made) : part.hull();
        if (is_recurrence)
            of_recurrences.push_back(part.hull());
        else if (is_initial || of_steps.high < of_steps.low)
            of_initial_states.push_back(part.hull());
        else
            of_families.push_back(of_steps);
        if (is_given(*part.op)) leaves.push_back(&part);
    }

    bool has_parts() const {
        return !of_recurrences.empty() || !of_families.empty() || !of_initial_states.empty();
    }

    /// Those of the recurrences, holes included, or without recurrences those of the families, of
    /// which initial states are none, nor what is made of them alone, nor their adjoints: they
    /// stand before the first step, or behind the last. Of the transposes of h(-1), ..., h(T) the
    /// first does. Inputs go on where the first step of a recurrence that descends is apart from
    /// it. What two directions start from is no input, though it may be one family, of h(-1) and
    /// h(N).
    Interval steps() const {
        std::vector<Interval> steps = !of_recurrences.empty() ? of_recurrences
                                      : !of_families.empty()  ? of_families
                                                              : of_initial_states;
        const Interval longest = *std::ranges::max_element(steps, {}, &Interval::size);
        for (const Part* leaf : leaves)
            if (goes_on_behind(*leaf, longest)) steps.push_back({longest.low, leaf->hull().high});
        return all_of(steps);
    }

    std::int32_t last() const {
        std::int32_t last = 0;
        for (const auto* intervals : {&of_recurrences, &of_families, &of_initial_states})
            for (const Interval steps : *intervals) last = std::max(last, steps.high);
        return last;
    }
};

/// Sets the steps of each time axis: those of its parts, holes included, and of the graph, if any
/// part is there in its last.
void set_axes(Rolled& rolled, const std::map<std::int32_t, detail::MadeSteps>& made) {
    std::map<std::int32_t, AxisIntervals> intervals;
    for (const auto& [axis, of_axis] : made) intervals[axis].made = of_axis.steps;
    const std::map<std::int32_t, std::int32_t> first_steps = detail::first_steps(rolled);
    std::vector<bool> is_initial(rolled.parts.size());
    for (const Component& component : rolled.schedule)
        for (const PartId id : component.parts) {
            const Part& part = rolled[id];
            if (part.runs.empty()) continue;
            is_initial[index(id)] = is_initial_state(part, is_initial);
            intervals[*part.axis].add(part, component.is_recurrence(), is_initial[index(id)]);
        }
    rolled.axes.reserve(intervals.size());
    for (const auto& [axis, of] : intervals) {
        if (!of.has_parts()) continue;
        Interval steps = of.steps();
        Interval all = steps;
        if (of.made) all.high = std::max(all.high, of.made->high);
        if (of.last() >= all.high) steps = all;
        std::int32_t first = first_steps.at(axis);
        if (const auto found = made.find(axis); found != made.end())
            first = std::min(first, found->second.first.value_or(first));
        rolled.axes.push_back({axis, count_of(steps), first});
        if (steps != all) rolled.unread.push_back({axis, count_of(all), first});
    }
}

}  // namespace

Rolled roll(std::span<const Expr> outputs) {
    const Graph& graph = common_graph("roll", outputs);
    const std::vector<NodeId> ids = ids_of(outputs);
    std::string refusal;
    Attempt found = first_that_has_an_order(graph, ancestors(graph, ids), refusal);
    Rolled rolled;
    rolled.folding = found.way.folding;
    rolled.refusal = refusal;
    rolled.sharing = graph.sharing();
    const detail::FoldedSteps steps(graph, found.way.unfolded);
    for (const NodeId id : ids) {
        const Step* const at = steps.find(id);
        rolled.outputs.push_back(
            {PartId{found.groups.group_of[index(id)]}, at != nullptr ? at->t : 0});
    }
    rolled.parts = std::move(found.parts);
    rolled.nodes = std::move(found.groups.members);
    rolled.schedule = std::move(found.schedule.components);
    set_axes(rolled, detail::made_steps(graph));
    detail::condense(rolled);
    return rolled;
}

Rolled roll(std::span<const Expr> outputs, const Labels& labels) {
    Rolled rolled = roll(outputs);
    name_parts(rolled, labels);
    return rolled;
}

}  // namespace revolute
