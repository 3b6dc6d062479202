#include <revolute/graph/rolling/detail/condense.hpp>
#include <revolute/graph/rolling/detail/repetition.hpp>
#include <revolute/graph/rolling/detail/roll_parts.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace revolute::detail {

namespace {

std::vector<StepRange> runs_of(const FoldedSteps& steps, std::span<const NodeId> members) {
    std::vector<StepRange> runs;
    for (const NodeId member : members) {
        const std::int32_t t = steps.find(member)->t;
        if (!runs.empty() && runs.back().high() == t - 1)
            runs.back().first.high = t;
        else
            runs.emplace_back(Interval{t, t});
    }
    return runs;
}

Part describe_part(const FoldedSteps& steps, const EvenAttributes& even,
                   std::span<const NodeId> members) {
    const Graph& graph = steps.graph();
    const NodeId first = members.front();
    const auto attributes = graph.attributes(first);
    Part part;
    part.op = &graph.op(first);
    part.shape = graph.shape(first);
    part.attributes.assign(attributes.begin(), attributes.end());
    if (const EvenAttributes::Line* const line = even.line_of(first)) {
        part.attributes = line->at_zero;
        part.slopes = line->slopes;
        part.scales = line->scales;
    }
    part.depends_on_time = graph.depends_on_time(first);
    const Step* const at = steps.find(first);
    if (at == nullptr) {
        part.unfolded_step = graph.step(first);
        return part;
    }
    part.axis = at->axis;
    part.set_runs(runs_of(steps, members));
    part.slots.resize(graph.operand_count(first));
    for (const NodeId operand : graph.operands(first))
        part.operand_shapes.push_back(graph.shape(operand));
    return part;
}

}  // namespace

void add_segment(std::vector<Segment>& segments, const Segment& added) {
    if (!segments.empty() && segments.back().target == added.target &&
        segments.back().distance == added.distance)
        segments.back().steps.first.high = added.steps.high();
    else
        segments.push_back(added);
}

std::vector<Part> make_parts(const FoldedSteps& steps, const Groups& groups) {
    const Graph& graph = steps.graph();
    std::vector<Part> parts;
    parts.reserve(groups.members.size());
    for (const std::vector<NodeId>& members : groups.members) {
        Part& part = parts.emplace_back(describe_part(steps, groups.attributes, members));
        if (!part.is_family()) continue;
        for (const NodeId member : members) {
            const std::int32_t t = steps.find(member)->t;
            const std::span<const NodeId> operands = graph.operands(member);
            for (std::size_t slot = 0; slot < part.slots.size(); ++slot) {
                const NodeId operand = operands[slot];
                const Step* const from = steps.find(operand);
                add_segment(part.slots[slot],
                            {Interval{t, t}, PartId{groups.group_of[index(operand)]},
                             from != nullptr ? t - from->t : 0});
            }
        }
    }
    return parts;
}

std::vector<Sweep> sweeps_of(std::span<const Member> operands, std::span<const Part> parts) {
    std::vector<Sweep> sweeps;
    while (!operands.empty()) {
        const auto stride_of = [&](std::size_t period) {
            return operands[period].t - operands[0].t;
        };
        const auto goes_on = [&](std::size_t period, std::size_t i) {
            return stride_of(period) != 0 && operands[i + period].part == operands[i].part &&
                   operands[i + period].t - operands[i].t == stride_of(period) &&
                   parts[index(operands[i].part)].is_family();
        };
        Repetition found = longest_repetition(operands.size(), 2, goes_on);
        // Two members that are no neighbours make no pattern: h(0) + h(T) has two operands in a
        // graph of any length.
        if (found.rounds() == 2 && std::abs(stride_of(found.period)) > 1) found = {};
        const std::size_t rounds = found.rounds();
        Sweep sweep;
        sweep.first = operands.front().t;
        if (rounds > 1) sweep.stride = stride_of(found.period);
        sweep.last = sweep.first + sweep.stride * static_cast<std::int32_t>(rounds - 1);
        for (const Member operand : operands.first(found.period))
            sweep.elements.push_back({operand.part, operand.t - sweep.first});
        sweeps.push_back(std::move(sweep));
        operands = operands.subspan(found.period * rounds);
    }
    return sweeps;
}

void add_sweeps(const FoldedSteps& steps, const Groups& groups, std::vector<Part>& parts) {
    std::vector<Member> operands;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].is_family()) continue;
        operands.clear();
        for (const NodeId operand : steps.graph().operands(groups.members[i].front())) {
            const Step* const at = steps.find(operand);
            operands.push_back(
                {PartId{groups.group_of[index(operand)]}, at != nullptr ? at->t : 0});
        }
        parts[i].operands = sweeps_of(operands, parts);
    }
}

PartName name_at(std::int32_t t, std::string_view name, std::optional<Step> at) {
    const auto axis = at ? std::optional(at->axis) : std::nullopt;
    return {Interval{t, t}, std::string(name), axis, at ? at->t - t : 0};
}

void add_name(std::vector<PartName>& names, std::int32_t previous, PartName name) {
    if (!names.empty() && names.back().steps.high() == previous) {
        PartName& last = names.back();
        const Interval steps{last.steps.low(), name.steps.high()};
        name.steps = last.steps;
        if (last == name) {
            last.steps = steps;
            return;
        }
        name.steps = Interval{steps.high, steps.high};
    }
    names.push_back(std::move(name));
}

void add_names(const FoldedSteps& steps, const Groups& groups, std::vector<Part>& parts) {
    const Graph& graph = steps.graph();
    std::vector<PartName> aliases;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        aliases.clear();
        std::int32_t previous = 0;
        for (const NodeId member : groups.members[i]) {
            const std::string_view name = graph.name(member);
            const auto at = graph.step(member);
            const Step* const folded = steps.find(member);
            const std::int32_t t = folded != nullptr ? folded->t : 0;
            if (!name.empty()) {
                add_name(parts[i].names, previous, name_at(t, name, at));
                for (const Graph::Alias& alias : graph.aliases(member))
                    add_name(aliases, previous, name_at(t, alias.name, alias.step));
            }
            previous = t;
        }
        parts[i].names.insert(parts[i].names.end(), aliases.begin(), aliases.end());
    }
}

IntervalSet steps_of_members(const Part& part) {
    return IntervalSet(intervals_of(spelled_out(part.runs)));
}

IntervalSet steps_of_name(const PartName& label, const IntervalSet& members) {
    if (members.empty()) return IntervalSet(std::array{Interval{label.shift, label.shift}});
    std::vector<Interval> steps;
    for (const Interval named : intervals_of(spelled_out(std::array{label.steps})))
        for (const Interval there : members.within(named))
            steps.push_back({there.low + label.shift, there.high + label.shift});
    return IntervalSet(steps);
}

}  // namespace revolute::detail
