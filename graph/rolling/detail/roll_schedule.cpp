#include <revolute/graph/rolling/detail/roll_schedule.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>

namespace revolute::detail {

namespace {

/// An edge from each part to each that it reads.
using ReadGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

ReadGraph reads_of(std::span<const Part> parts) {
    ReadGraph reads(parts.size());
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
        for (const std::vector<Segment>& slot : parts[i].slots)
            for (const Segment& segment : slot) add_edge(i, index(segment.target), reads);
        for (const Sweep& sweep : parts[i].operands)
            for (const Sweep::Element& element : sweep.elements)
                add_edge(i, index(element.part), reads);
    }
    return reads;
}

std::string described(const Part& part) {
    const std::string name = part.names.empty() ? "unnamed " : part.names.front().name + ", ";
    return fmt::format("{}{} {}{}", name, part.op->name, to_string(part.shape),
                       part.is_family() ? "" : ", which has no step");
}

/// One strongly connected component of several parts, or one that reads itself.
class Recurrence {
 public:
    Recurrence(std::span<const Part> parts, std::span<const std::uint32_t> component_of,
               std::vector<PartId> members)
        : parts_(parts), component_of_(component_of), members_(std::move(members)) {}

    /// Throws nothing: `refusal` says what is wrong.
    Component order(std::string& refusal) {
        refusal = look_at_distances();
        if (!refusal.empty()) return {};
        std::vector<PartId> sorted = sorted_within_step();
        if (sorted.size() != members_.size())
            refusal = fmt::format("roll: {} depends on itself within one step",
                                  described(parts_[index(members_.front())]));
        return {std::move(sorted), direction_};
    }

 private:
    template <class Visit>
    void for_each_inner_read(PartId user, const Visit& visit) const {
        for (const std::vector<Segment>& slot : parts_[index(user)].slots)
            for (const Segment& segment : slot)
                if (component_of_[index(segment.target)] == component_of_[index(user)])
                    visit(segment);
    }

    std::string look_at_distances() {
        std::string refusal;
        for (const PartId user : members_) {
            const Part& part = parts_[index(user)];
            if (!part.is_family())
                return fmt::format("roll: a recurrence goes through {}", described(part));
            for_each_inner_read(user, [&](const Segment& segment) {
                const Part& target = parts_[index(segment.target)];
                const std::int32_t sign = (segment.distance > 0) - (segment.distance < 0);
                if (target.axis != part.axis)
                    refusal =
                        fmt::format("roll: a recurrence goes from {} to {}, on another time axis",
                                    described(part), described(target));
                else if (sign * direction_ < 0)
                    refusal = fmt::format("roll: a recurrence through {} goes both ways in time",
                                          described(part));
                if (direction_ == 0) direction_ = sign;
            });
        }
        if (refusal.empty() && direction_ == 0)
            refusal = fmt::format("roll: {} depends on itself within one step",
                                  described(parts_[index(members_.front())]));
        return refusal;
    }

    /// What others need at the same step first; of what is free, the lowest number first. Shorter
    /// than the members when they go in a circle.
    std::vector<PartId> sorted_within_step() const {
        std::vector<std::vector<std::uint32_t>> users(members_.size());
        std::vector<std::uint32_t> waits_for(members_.size(), 0);
        for (std::uint32_t i = 0; i < members_.size(); ++i) {
            for_each_inner_read(members_[i], [&](const Segment& segment) {
                if (segment.distance != 0) return;
                const auto place = std::ranges::lower_bound(members_, segment.target);
                users[static_cast<std::size_t>(place - members_.begin())].push_back(i);
                ++waits_for[i];
            });
        }
        std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> free;
        for (std::uint32_t i = 0; i < members_.size(); ++i)
            if (waits_for[i] == 0) free.push(i);
        std::vector<PartId> sorted;
        while (!free.empty()) {
            const std::uint32_t next = free.top();
            free.pop();
            sorted.push_back(members_[next]);
            for (const std::uint32_t user : users[next])
                if (--waits_for[user] == 0) free.push(user);
        }
        return sorted;
    }

    std::span<const Part> parts_;
    std::span<const std::uint32_t> component_of_;
    std::vector<PartId> members_;  // ascending
    std::int32_t direction_ = 0;
};

bool reads_itself(const Part& part, PartId self) {
    return std::ranges::any_of(part.slots, [&](const std::vector<Segment>& slot) {
        return std::ranges::find(slot, self, &Segment::target) != slot.end();
    });
}

}  // namespace

Schedule schedule_parts(std::span<const Part> parts) {
    // Boost numbers components in the order in which they are finished: operands before users.
    std::vector<std::uint32_t> component_of(parts.size());
    const ReadGraph reads = reads_of(parts);
    const auto count = boost::strong_components(
        reads,
        boost::make_iterator_property_map(component_of.begin(), get(boost::vertex_index, reads)));
    std::vector<std::vector<PartId>> members(count);
    for (std::uint32_t i = 0; i < parts.size(); ++i) members[component_of[i]].push_back(PartId{i});

    Schedule schedule;
    for (std::vector<PartId>& component : members) {
        const PartId first = component.front();
        if (component.size() == 1 && !reads_itself(parts[index(first)], first)) {
            schedule.components.push_back({std::move(component), 0});
            continue;
        }
        schedule.components.push_back(
            Recurrence(parts, component_of, std::move(component)).order(schedule.refusal));
        if (!schedule.is_possible()) break;
    }
    return schedule;
}

}  // namespace revolute::detail
