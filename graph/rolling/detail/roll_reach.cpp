#include <revolute/graph/rolling/detail/roll_reach.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_stretch.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// What the parts of a recurrence read of each other in the midst, at some step of those that
/// repeat.
class RoundsOfRecurrence {
 public:
    RoundsOfRecurrence(const Rolled& rolled, const Component& component, Interval midst) {
        std::map<PartId, std::size_t> places;
        for (const PartId part : component.parts) places.emplace(part, places.size());
        reads_.resize(component.parts.size());
        for (std::size_t reader = 0; reader < component.parts.size(); ++reader)
            for (const std::vector<Segment>& slot : rolled[component.parts[reader]].slots)
                for (const auto& [steps, target, distance] : slot)
                    if (const auto place = places.find(target); place != places.end() &&
                                                                steps.low() <= midst.high &&
                                                                midst.low <= steps.high())
                        reads_[reader].push_back({place->second, std::abs(distance)});
    }

    /// Of the shortest ways from a part back to itself, the longest: how many steps apart what
    /// begins anew is. Families that read each other in a row, as those of a window of truncation,
    /// each read one step, and all of them as many as the window has.
    std::int32_t longest() const {
        std::int32_t result = 0;
        for (std::size_t part = 0; part < reads_.size(); ++part)
            if (const auto round = shortest(part)) result = std::max(result, *round);
        return result;
    }

 private:
    struct Read {
        std::size_t part;
        std::int32_t distance;
    };

    /// Dijkstra (1959).
    std::optional<std::int32_t> shortest(std::size_t from) const {
        std::set<std::pair<std::int32_t, std::size_t>> open{{0, from}};
        std::vector<bool> is_done(reads_.size());
        for (bool is_first = true; !open.empty(); is_first = false) {
            const auto [distance, part] = *open.begin();
            open.erase(open.begin());
            if (part == from && !is_first) return distance;
            if (is_done[part]) continue;
            is_done[part] = !is_first;
            for (const Read& read : reads_[part])
                if (!is_done[read.part]) open.emplace(distance + read.distance, read.part);
        }
        return std::nullopt;
    }

    std::vector<std::vector<Read>> reads_;  // by place in the recurrence
};

}  // namespace

std::map<std::int32_t, std::int32_t> reaches_of(const Rolled& rolled) {
    constexpr std::size_t most_parts = 1024;  // of windows that are longer than most
    std::map<std::int32_t, std::int32_t> reaches;
    std::map<std::int32_t, Interval> midst_of;
    for (const Component& component : rolled.schedule) {
        if (!component.is_recurrence()) continue;
        const std::int32_t axis = *rolled[component.parts.front()].axis;
        std::int32_t& reach = reaches[axis];
        for (const PartId part : component.parts)
            for (const std::vector<Segment>& slot : rolled[part].slots)
                for (const Segment& segment : slot)
                    if (std::ranges::find(component.parts, segment.target) != component.parts.end())
                        reach = std::max(reach, std::abs(segment.distance));
        if (component.parts.size() > most_parts) continue;
        const auto [midst, is_new] = midst_of.try_emplace(axis);
        if (is_new) {
            const StepStretch stretch = stretch_of(rolled, axis);
            midst->second = {stretch.middle(), stretch.middle() + stretch.period - 1};
        }
        reach = std::max(reach, RoundsOfRecurrence(rolled, component, midst->second).longest());
    }
    return reaches;
}

}  // namespace revolute::detail
