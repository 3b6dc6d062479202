#include <revolute/graph/rolling/roll.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

/// Appends the nodes of a rolled graph, in the order of its schedule.
class Unroller {
 public:
    Unroller(const Rolled& rolled, Graph& graph) : rolled_(rolled), graph_(graph) {
        nodes_.reserve(rolled.parts.size());
        for (const Part& part : rolled.parts) nodes_.emplace_back(part.size());
    }

    void append(const Component& component) {
        if (component.is_recurrence()) return append_recurrence(component);
        for (const PartId part : component.parts)
            for (std::size_t place = 0; place < nodes_[index(part)].size(); ++place)
                append_member(part, place, rolled_[part].step_of(place));
    }

    Expr at(Member member) const {
        return graph_.at(nodes_[index(member.part)][rolled_[member.part].place_of(member.t)]);
    }

 private:
    /// All parts at one step, then all at the next.
    void append_recurrence(const Component& component) {
        for (Interval steps : steps_of(component)) {
            if (component.direction < 0) std::swap(steps.low, steps.high);
            const std::int32_t end = steps.high + component.direction;
            for (std::int32_t t = steps.low; t != end; t += component.direction)
                for (const PartId part : component.parts)
                    if (rolled_[part].has_member(t))
                        append_member(part, rolled_[part].place_of(t), t);
        }
    }

    /// The steps at which any part has a member, in the order of the recurrence.
    std::vector<Interval> steps_of(const Component& component) const {
        std::vector<Interval> all;
        for (const PartId part : component.parts)
            for (const StepRange run : rolled_[part].runs)
                for (std::int32_t i = 0; i < run.times; ++i) all.push_back(run.at(i));
        std::ranges::sort(all, {}, &Interval::low);
        std::vector<Interval> steps;
        for (const Interval run : all) {
            if (!steps.empty() && run.low <= steps.back().high + 1)
                steps.back().high = std::max(steps.back().high, run.high);
            else
                steps.push_back(run);
        }
        if (component.direction < 0) std::ranges::reverse(steps);
        return steps;
    }

    void append_member(PartId id, std::size_t place, std::int32_t t) {
        const Part& part = rolled_[id];
        const NodeId node = part.is_family()     ? append_at(part, t, {*part.axis, t})
                            : part.unfolded_step ? append_at(part, t, *part.unfolded_step)
                                                 : append_node(part, t);
        nodes_[index(id)][place] = node;
    }

    NodeId append_at(const Part& part, std::int32_t t, Step step) {
        const Scope at_step(graph_, step);
        return append_node(part, t);
    }

    NodeId append_node(const Part& part, std::int32_t t) {
        if (part.op->has_identity) return append_leaf(part, t);
        gather_operands(part, t);
        const Expr node = graph_.append(*part.op, operands_, part.attributes_at(t), {});
        for (const PartName& name : part.names)
            if (name.steps.contains(t)) give_name(node, name, t);
        return node.id;
    }

    NodeId append_leaf(const Part& part, std::int32_t t) {
        const auto is_now = [&](const PartName& name) { return name.steps.contains(t); };
        auto name = std::ranges::find_if(part.names, is_now);
        const Expr leaf = graph_.leaf(*part.op, name->name, part.shape, {});
        while ((name = std::find_if(name + 1, part.names.end(), is_now)) != part.names.end())
            give_name(leaf, *name, t);
        return leaf.id;
    }

    /// Under the step that goes with the name.
    void give_name(Expr node, const PartName& name, std::int32_t t) {
        std::optional<Scope> at_step;
        if (name.axis) at_step.emplace(graph_, Step{*name.axis, t + name.shift});
        node.named(name.name);
    }

    void gather_operands(const Part& part, std::int32_t t) {
        operands_.clear();
        for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot) {
            const Segment& segment = part.segment_at(slot, t);
            operands_.push_back(node_of(segment.target, t - segment.distance));
        }
        for (const Sweep& sweep : part.operands)
            for (std::size_t round = 0; round < sweep.rounds(); ++round)
                for (const Sweep::Element& element : sweep.elements)
                    operands_.push_back(
                        node_of(element.part, sweep.first + element.offset +
                                                  sweep.stride * static_cast<std::int32_t>(round)));
    }

    NodeId node_of(PartId part, std::int32_t t) const {
        return nodes_[index(part)][rolled_[part].place_of(t)];
    }

    const Rolled& rolled_;
    Graph& graph_;
    std::vector<std::vector<NodeId>> nodes_;  // by part, in the order of their steps
    std::vector<NodeId> operands_;
};

}  // namespace

std::vector<Expr> unroll_again(const Rolled& rolled, Graph& destination) {
    if (rolled.sharing != destination.sharing())
        throw GraphError(fmt::format(
            "unroll_again: equal nodes are {} in the destination but not in what was rolled",
            destination.sharing() == Sharing::on ? "shared" : "kept apart"));
    for (const std::vector<AxisSteps>* const axes : {&rolled.axes, &rolled.unread})
        for (const auto& [axis, steps, first] : *axes)
            destination.note_steps_of_source(axis, {first, steps - 1});
    Unroller unroller(rolled, destination);
    for (const Component& component : rolled.schedule) unroller.append(component);
    std::vector<Expr> outputs;
    for (const Member output : rolled.outputs) outputs.push_back(unroller.at(output));
    return outputs;
}

std::vector<Expr> unroll_again(const Rolled& rolled, std::int32_t steps, Graph& destination) {
    return unroll_again(rolled.at(steps), destination);
}

}  // namespace revolute
