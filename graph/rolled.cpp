#include <revolute/graph/error.hpp>
#include <revolute/graph/rolled.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace revolute {

void Part::set_runs(std::vector<Interval> steps) {
    runs = std::move(steps);
    places.clear();
    std::size_t before = 0;
    for (const Interval run : runs) {
        places.push_back(before);
        before += run.size();
    }
}

std::size_t Part::size() const {
    if (!is_family()) return 1;
    return runs.empty() ? 0 : places.back() + runs.back().size();
}

bool Part::has_member(std::int32_t t) const {
    if (!is_family()) return t == 0;
    const auto after = std::ranges::upper_bound(runs, t, {}, &Interval::low);
    return after != runs.begin() && (after - 1)->contains(t);
}

std::size_t Part::place_of(std::int32_t t) const {
    if (!is_family()) return 0;
    const auto run = std::ranges::upper_bound(runs, t, {}, &Interval::low) - 1;
    return places[static_cast<std::size_t>(run - runs.begin())] +
           static_cast<std::size_t>(t - run->low);
}

std::int32_t Part::step_of(std::size_t place) const {
    if (!is_family()) return 0;
    const auto number = std::ranges::upper_bound(places, place) - places.begin() - 1;
    const auto run = static_cast<std::size_t>(number);
    return runs[run].low + static_cast<std::int32_t>(place - places[run]);
}

const Segment& Part::segment_at(std::uint32_t slot, std::int32_t t) const {
    const std::vector<Segment>& cases = slots[slot];
    const auto after = std::ranges::upper_bound(
        cases, t, {}, [](const Segment& segment) { return segment.steps.low; });
    return *(after - 1);
}

std::vector<double> Part::attributes_at(std::int32_t t) const {
    std::vector<double> result = attributes;
    for (std::size_t i = 0; i < slopes.size(); ++i) result[i] += slopes[i] * t;
    return result;
}

double LengthLaw::at(std::int32_t steps) const {
    const double base = constant + per_step * steps;
    const double root = std::abs(power) == 1 ? base : std::sqrt(base);
    return power > 0 ? factor * root : factor / root;
}

std::size_t Rolled::node_count() const {
    std::size_t count = 0;
    for (const Part& part : parts) count += part.size();
    return count;
}

std::int32_t Rolled::steps(std::int32_t axis) const {
    const auto found = std::ranges::find(axes, axis, &AxisSteps::axis);
    if (found == axes.end())
        throw GraphError(
            fmt::format("rolled: has no time axis {} ({} of them)", axis, axes.size()));
    return found->steps;
}

bool operator==(const Rolled& a, const Rolled& b) {
    const auto compared = [](const Rolled& x) {
        return std::tie(x.parts, x.schedule, x.outputs, x.axes, x.folding, x.refusal, x.sharing);
    };
    return compared(a) == compared(b);
}

}  // namespace revolute
