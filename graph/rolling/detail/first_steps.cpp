#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/detail/first_steps.hpp>

#include <algorithm>
#include <vector>

namespace revolute::detail {

namespace {

/// A state that is given before the first step, not a sequence of inputs.
bool is_given_state(const Part& part) {
    return is_given(*part.op) && (part.op == &initial_state_op || part.hull().size() == 1);
}

/// Whether a family computes nothing going forward at its first step: it is a state that is given,
/// is made of such alone, as its transpose, or of later steps, as its adjoint.
bool begins_with_given(const Rolled& rolled, const Part& part,
                       const std::vector<bool>& begin_with_given) {
    if (is_given(*part.op)) return is_given_state(part);
    const std::int32_t low = part.hull().low;
    for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot) {
        const Segment& read = part.segment_at(slot, low);
        const Part& target = rolled[read.target];
        if (target.axis != part.axis) return false;
        const bool is_given_there =
            read.distance == 0 && begin_with_given[index(read.target)] && target.hull().low == low;
        if (read.distance >= 0 && !is_given_there) return false;
    }
    return true;
}

}  // namespace

std::map<std::int32_t, std::int32_t> first_steps(const Rolled& rolled) {
    std::map<std::int32_t, std::int32_t> starts, lowest;
    std::vector<bool> begin_with_given(rolled.parts.size());
    const auto lower = [](auto& lows, std::int32_t axis, std::int32_t t) {
        const auto [low, is_new] = lows.try_emplace(axis, t);
        if (!is_new) low->second = std::min(low->second, t);
    };
    for (const Component& component : rolled.schedule)
        for (const PartId id : component.parts) {
            const Part& part = rolled[id];
            if (!part.is_family()) continue;
            const std::int32_t low = std::max(0, part.hull().low);
            lower(lowest, *part.axis, low);
            begin_with_given[index(id)] = begins_with_given(rolled, part, begin_with_given);
            if (!begin_with_given[index(id)]) lower(starts, *part.axis, low);
        }
    starts.merge(lowest);  // where nothing but what is given is computed
    return starts;
}

}  // namespace revolute::detail
