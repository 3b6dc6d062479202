#include <revolute/tools/equations/detail/planning/members_needed.hpp>

#include <algorithm>
#include <cstdint>

namespace revolute::detail {

namespace {

Interval common_steps(Interval a, Interval b) {
    return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

/// Goes from the users to what they read, one component after the other.
class NeededSearch {
 public:
    explicit NeededSearch(const Rolled& rolled)
        : rolled_(rolled), needed_(rolled.parts.size()), recurrence_of_(rolled.parts.size()) {
        for (std::size_t i = 0; i < rolled.schedule.size(); ++i)
            if (rolled.schedule[i].is_recurrence())
                for (const PartId part : rolled.schedule[i].parts)
                    recurrence_of_[index(part)] = i + 1;
    }

    std::vector<IntervalSet> run(std::span<const Member> wanted) {
        for (const auto& [part, t] : wanted) need(part, {t, t});
        for (auto component = rolled_.schedule.rbegin(); component != rolled_.schedule.rend();
             ++component) {
            for (const PartId part : component->parts)
                for (const Interval steps : std::vector(needed_[index(part)].intervals().begin(),
                                                        needed_[index(part)].intervals().end()))
                    open_.push_back({part, steps});
            while (!open_.empty()) {
                const auto [part, steps] = open_.back();
                open_.pop_back();
                need_operands(part, steps, component->is_recurrence());
            }
        }
        return std::move(needed_);
    }

 private:
    struct Members {
        PartId part{};
        Interval steps;
    };

    void need_operands(PartId id, Interval steps, bool is_recurrence) {
        const Part& part = rolled_[id];
        const auto need_here = [&](PartId target, Interval there) {
            for (const Interval added : need(target, there))
                if (is_recurrence && recurrence_of_[index(target)] == recurrence_of_[index(id)])
                    open_.push_back({target, added});
        };
        for (const std::vector<Segment>& slot : part.slots)
            for (const auto& [own, target, distance] : slot) {
                const Interval there = common_steps(own.interval(), steps);
                if (there.low <= there.high)
                    need_here(target, {there.low - distance, there.high - distance});
            }
        for (const Sweep& sweep : part.operands)
            for (const auto& [target, offset] : sweep.elements)
                need_here(target, {std::min(sweep.first, sweep.last) + offset,
                                   std::max(sweep.first, sweep.last) + offset});
    }

    /// Returns which of the members were not needed before.
    std::vector<Interval> need(PartId id, Interval steps) {
        const Part& part = rolled_[id];
        IntervalSet& needed = needed_[index(id)];
        std::vector<Interval> added;
        const auto add = [&](Interval there) {
            for (const Interval outside : needed.outside(there)) added.push_back(outside);
            needed.add(there);
        };
        if (!part.is_family()) {
            add({0, 0});
            return added;
        }
        for (const Interval run : intervals_of(part.runs)) {
            Interval there = common_steps(run, steps);
            if (there.low > there.high) continue;
            if (recurrence_of_[index(id)] != 0)
                there = {alike(part, run, there.low).low, alike(part, run, there.high).high};
            add(there);
        }
        return added;
    }

    /// The steps around one of which the members have the same operands and the same name.
    static Interval alike(const Part& part, Interval run, std::int32_t t) {
        Interval steps = run;
        for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot)
            steps = common_steps(steps, part.segment_at(slot, t).steps.interval());
        for (const PartName& label : part.labels) {
            const Interval named = label.steps.interval();
            if (named.contains(t))
                steps = common_steps(steps, named);
            else if (named.high < t)
                steps.low = std::max(steps.low, named.high + 1);
            else
                steps.high = std::min(steps.high, named.low - 1);
        }
        return steps;
    }

    const Rolled& rolled_;
    std::vector<IntervalSet> needed_;  // by part
    std::vector<std::size_t>
        recurrence_of_;  // by part, the number of its component from 1; 0: none
    std::vector<Members> open_;
};

}  // namespace

std::vector<IntervalSet> members_needed(const Rolled& rolled, std::span<const Member> wanted) {
    return NeededSearch(rolled).run(wanted);
}

}  // namespace revolute::detail
