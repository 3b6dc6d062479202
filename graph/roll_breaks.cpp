#include <revolute/graph/rolled.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

namespace revolute {

namespace {

/// "h[5], tanh [3 x 1]", or "an unnamed tanh [3 x 1] in step t = 5".
std::string described(const Part& part, std::int32_t t) {
    for (const std::vector<PartName>* names : {&part.labels, &part.names})
        for (const PartName& name : *names)
            if (name.steps.contains(t))
                return fmt::format("{}{}, {} {}", name.name,
                                   name.axis ? subscript({*name.axis, t + name.shift}) : "",
                                   part.op->name, to_string(part.shape));
    return fmt::format("an unnamed {} {}{}", part.op->name, to_string(part.shape),
                       part.is_family() ? " in step " + to_string(Step{*part.axis, t}) : "");
}

/// By axis: how far the recurrences read.
std::map<std::int32_t, std::int32_t> reaches_of(const Rolled& rolled) {
    std::map<std::int32_t, std::int32_t> reaches;
    for (const Component& component : rolled.schedule) {
        if (!component.is_recurrence()) continue;
        std::int32_t& reach = reaches[*rolled[component.parts.front()].axis];
        for (const PartId part : component.parts)
            for (const std::vector<Segment>& slot : rolled[part].slots)
                for (const Segment& segment : slot)
                    if (std::ranges::find(component.parts, segment.target) != component.parts.end())
                        reach = std::max(reach, std::abs(segment.distance));
    }
    return reaches;
}

/// Looks for the first step, away from the ends of its axis, at which something changes.
class BreakSearch {
 public:
    explicit BreakSearch(const Rolled& rolled) : rolled_(rolled), reaches_(reaches_of(rolled)) {}

    std::optional<PatternBreak> run() {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Part& part = rolled_.parts[i];
            for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot)
                for (std::size_t c = 1; c < part.slots[slot].size(); ++c)
                    consider({PartId{i}, part.slots[slot][c].steps.low}, slot);
            for (const Interval run : part.runs) consider({PartId{i}, run.low}, std::nullopt);
        }
        if (found_) found_->text = text_of(*found_);
        return found_;
    }

 private:
    void consider(Member member, std::optional<std::uint32_t> slot) {
        const Step at{*rolled_[member.part].axis, member.t};
        // What a recurrence starts from can be of its own kind for as long as it is read, and what
        // a derivative makes of it as long again.
        const std::int32_t reach = 2 * std::max(reaches_[at.axis], 1);
        if (at.t <= reach || at.t >= rolled_.steps(at.axis) - reach) return;
        // An operand that changes says more than a node that is new.
        const auto rank = [](const Step& step, bool has_slot) {
            return std::tuple(step.axis, step.t, !has_slot);
        };
        if (!found_ || rank(at, slot.has_value()) < rank(found_->step, found_->slot.has_value()))
            found_ = PatternBreak{at, member, slot, {}};
    }

    std::string text_of(const PatternBreak& at) const {
        const Part& part = rolled_[at.member.part];
        const std::string what = described(part, at.member.t);
        if (!at.slot)
            return fmt::format("roll: steps are not alike from step {} on: {} has no like before",
                               to_string(at.step), what);
        const Segment& now = part.segment_at(*at.slot, at.member.t);
        const auto& cases = part.slots[*at.slot];
        const Segment& before = *(std::ranges::find(cases, now) - 1);
        return fmt::format(
            "roll: steps are not alike from step {} on: operand {} of {} changes\n  it is {}\n  in "
            "step {} it is {}",
            to_string(at.step), *at.slot, what,
            described(rolled_[now.target], at.member.t - now.distance),
            to_string(Step{at.step.axis, before.steps.high}),
            described(rolled_[before.target], before.steps.high - before.distance));
    }

    const Rolled& rolled_;
    std::map<std::int32_t, std::int32_t> reaches_;
    std::optional<PatternBreak> found_;
};

}  // namespace

std::optional<PatternBreak> first_break(const Rolled& rolled) { return BreakSearch(rolled).run(); }

}  // namespace revolute
