#include <revolute/graph/rolling/detail/condense.hpp>
#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_shapes.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

/// Checks one rolled graph.
class Verifier {
 public:
    explicit Verifier(const Rolled& rolled) : rolled_(rolled), order_(rolled.parts.size(), 0) {}

    void run() {
        std::uint32_t count = 0;
        for (std::uint32_t c = 0; c < rolled_.schedule.size(); ++c)
            for (const PartId part : rolled_.schedule[c].parts) {
                require(order_[index(part)] == 0, "the schedule has every part once", part);
                order_[index(part)] = ++count;
            }
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i)
            require(order_[i] != 0, "the schedule has every part once", PartId{i});
        for (const Component& component : rolled_.schedule)
            for (const PartId part : component.parts) check(part, component);
        for (const Member output : rolled_.outputs)
            require(rolled_[output.part].has_member(output.t), "outputs exist", output.part);
        if (const auto misfit = detail::find_misfit(rolled_))
            throw InternalError(fmt::format(
                "verify: shapes follow from the operands, but not so for part {}, {}\n  {}",
                index(misfit->member.part),
                detail::name_and_shape(rolled_[misfit->member.part], misfit->member.t),
                misfit->text));
    }

 private:
    void check(PartId id, const Component& component) const {
        const Part& part = rolled_[id];
        require(part.is_family() == !part.runs.empty(), "families have steps", id);
        check_runs(id);
        require(part.slopes.empty() || part.slopes.size() == part.attributes.size(),
                "each attribute has its slope", id);
        require(part.scales.empty() || part.scales.size() == part.slopes.size(),
                "each attribute that grows has its scale", id);
        require(part.operand_shapes.size() == part.slots.size(), "each operand has a shape", id);
        for (const std::vector<Segment>& slot : part.slots) check_cases(id, slot, component);
        for (std::size_t slot = 0; slot < part.slots.size(); ++slot)
            require(std::ranges::any_of(part.slots[slot],
                                        [&](const Segment& segment) {
                                            return rolled_[segment.target].shape ==
                                                   part.operand_shapes[slot];
                                        }),
                    "shapes of operands are those of the parts", id);
        for (const Sweep& sweep : part.operands) check_sweep(id, sweep);
    }

    void check_runs(PartId id) const {
        const Part& part = rolled_[id];
        require(std::ranges::is_sorted(part.runs, {}, [](StepRange run) { return !run.repeats(); }),
                "runs that repeat come first", id);
        const std::vector<StepRange> runs = detail::spelled_out(part.runs);
        for (std::size_t i = 1; i < runs.size(); ++i)
            require(runs[i - 1].high() + 1 < runs[i].low(), "runs ascend and do not touch", id);
        const bool repeats = !part.runs.empty() && part.runs.front().repeats();
        require(part.places.size() == (repeats ? 0 : part.runs.size()),
                "places are those of runs that do not repeat", id);
        std::size_t members = 0;
        for (std::size_t i = 0; i < part.places.size(); members += part.runs[i++].size())
            require(part.places[i] == members, "runs begin where those before them end", id);
    }

    void check_sweep(PartId id, const Sweep& sweep) const {
        require(!sweep.elements.empty() && sweep.stride != 0 &&
                    (sweep.last - sweep.first) % sweep.stride == 0 &&
                    (sweep.last - sweep.first) / sweep.stride >= 0,
                "sweeps go from their first step to their last", id);
        for (const Sweep::Element& element : sweep.elements)
            for (std::size_t round = 0; round < sweep.rounds(); ++round) {
                const std::int32_t t =
                    sweep.first + element.offset + sweep.stride * static_cast<std::int32_t>(round);
                require(rolled_[element.part].has_member(t), "operands exist", id);
                require(order_[index(element.part)] < order_[index(id)],
                        "operands come before their users", id);
            }
    }

    /// Every member has one case, and what it reads is there by then.
    void check_cases(PartId id, const std::vector<Segment>& cases,
                     const Component& component) const {
        const Part& part = rolled_[id];
        std::vector<StepRange> steps;
        steps.reserve(cases.size());
        for (const Segment& segment : cases) steps.push_back(segment.steps);
        require(std::ranges::is_sorted(steps, {}, [](StepRange some) { return !some.repeats(); }),
                "cases that repeat come first", id);
        steps = detail::spelled_out(steps);
        for (std::size_t i = 1; i < steps.size(); ++i)
            require(steps[i - 1].high() < steps[i].low(), "cases do not overlap", id);
        for (const StepRange run : detail::spelled_out(part.runs))
            for (std::int32_t t = run.low(); t <= run.high(); ++t) {
                const Segment* found = part.find_segment(cases, t);
                require(found != nullptr, "every step has a case", id);
                const Part& target = rolled_[found->target];
                require(target.is_family() ? target.has_member(t - found->distance)
                                           : found->distance == 0,
                        "operands exist", id);
                require(is_computed_before(id, *found, component),
                        "operands come before their users", id);
            }
    }

    bool is_computed_before(PartId user, const Segment& read, const Component& component) const {
        const bool is_inside =
            std::ranges::find(component.parts, read.target) != component.parts.end();
        const bool is_earlier_part = order_[index(read.target)] < order_[index(user)];
        if (!is_inside || read.distance == 0) return is_earlier_part;
        return read.distance * component.direction > 0;
    }

    void require(bool holds, std::string_view invariant, PartId part) const {
        if (!holds)
            throw InternalError(fmt::format("verify: {}, but not so for part {}, {}", invariant,
                                            index(part), rolled_[part].op->name));
    }

    const Rolled& rolled_;
    std::vector<std::uint32_t> order_;  // by part, from 1
};

}  // namespace

void verify(const Rolled& rolled) { Verifier(rolled).run(); }

}  // namespace revolute
