#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <tuple>
#include <utility>

namespace revolute {

namespace {

/// The range that a step is in, or the end. Lists are short where ranges repeat.
template <class List, class RangeOf>
auto find_range(const List& list, std::int32_t t, const RangeOf& range_of) {
    if (!list.empty() && range_of(list.front()).repeats())
        return std::ranges::find_if(list, [&](const auto& x) { return range_of(x).contains(t); });
    const auto low_of = [&](const auto& x) { return range_of(x).low(); };
    const auto after = std::ranges::upper_bound(list, t, {}, low_of);
    return after != list.begin() && range_of(*(after - 1)).contains(t) ? after - 1 : list.end();
}

/// How many steps of a range lie before a step.
std::size_t count_before(const StepRange& range, std::int32_t t) {
    if (t <= range.low()) return 0;
    if (t > range.high()) return range.size();
    const std::int64_t distance = std::int64_t{t} - range.low();
    if (!range.repeats()) return static_cast<std::size_t>(distance);
    const auto length = static_cast<std::int64_t>(range.first.size());
    return static_cast<std::size_t>(distance / range.every * length +
                                    std::min(distance % range.every, length));
}

const AxisSteps& axis_steps(const Rolled& rolled, std::int32_t axis) {
    const auto found = std::ranges::find(rolled.axes, axis, &AxisSteps::axis);
    if (found == rolled.axes.end())
        throw GraphError(
            fmt::format("rolled: has no time axis {} ({} of them)", axis, rolled.axes.size()));
    return *found;
}

}  // namespace

Interval StepRange::interval() const {
    if (repeats())
        throw InternalError(
            fmt::format("steps: {}..{} comes again every {} steps", first.low, first.high, every));
    return first;
}

std::vector<Interval> intervals_of(std::span<const StepRange> ranges) {
    std::vector<Interval> result;
    result.reserve(ranges.size());
    for (const StepRange range : ranges) result.push_back(range.interval());
    return result;
}

void Part::set_runs(std::vector<StepRange> steps) {
    runs = std::move(steps);
    places.clear();
    if (!runs.empty() && runs.front().repeats()) return;
    std::size_t before = 0;
    for (const StepRange run : runs) {
        places.push_back(before);
        before += run.size();
    }
}

Interval Part::hull() const {
    return {std::ranges::min_element(runs, {}, &StepRange::low)->low(),
            std::ranges::max_element(runs, {}, &StepRange::high)->high()};
}

std::size_t Part::size() const {
    if (!is_family()) return 1;
    if (!places.empty()) return places.back() + runs.back().size();
    std::size_t size = 0;
    for (const StepRange run : runs) size += run.size();
    return size;
}

bool Part::has_member(std::int32_t t) const {
    if (!is_family()) return t == 0;
    return find_range(runs, t, std::identity()) != runs.end();
}

std::size_t Part::place_of(std::int32_t t) const {
    if (!is_family()) return 0;
    if (!places.empty()) {
        const auto run = std::ranges::upper_bound(runs, t, {}, &StepRange::low) - 1;
        return places[static_cast<std::size_t>(run - runs.begin())] + count_before(*run, t);
    }
    std::size_t before = 0;
    for (const StepRange run : runs) before += count_before(run, t);
    return before;
}

std::int32_t Part::step_of(std::size_t place) const {
    if (!is_family()) return 0;
    if (!places.empty()) {
        const auto number = std::ranges::upper_bound(places, place) - places.begin() - 1;
        const auto run = static_cast<std::size_t>(number);
        return runs[run].low() + static_cast<std::int32_t>(place - places[run]);
    }
    // The last step that has no more members before it.
    Interval left = hull();
    while (left.low < left.high) {
        const auto middle = static_cast<std::int32_t>((std::int64_t{left.low} + left.high + 1) / 2);
        (place_of(middle) <= place ? left.low = middle : left.high = middle - 1);
    }
    return left.low;
}

const Segment& Part::segment_at(std::uint32_t slot, std::int32_t t) const {
    return *find_segment(slots[slot], t);
}

const Segment* Part::find_segment(const std::vector<Segment>& cases, std::int32_t t) {
    const auto found = find_range(cases, t, [](const Segment& segment) { return segment.steps; });
    return found == cases.end() ? nullptr : &*found;
}

std::vector<double> Part::attributes_at(std::int32_t t) const {
    std::vector<double> result = attributes;
    for (std::size_t i = 0; i < slopes.size(); ++i) result[i] = attribute_at(i, t);
    return result;
}

double Part::attribute_at(std::size_t attribute, std::int32_t t) const {
    const double slope = slopes.empty() ? 0 : slopes[attribute];
    return scale_of(attribute).times(attributes[attribute] + slope * t);
}

LineScale Part::scale_of(std::size_t attribute) const {
    return scales.empty() ? LineScale{} : scales[attribute];
}

double LengthLaw::at(std::int32_t steps) const {
    double above = factor, below = 1;
    const auto multiply = [&](double base, double to_power) {
        const double size = std::abs(to_power);
        (to_power > 0 ? above : below) *= size == 1   ? base
                                          : size == 2 ? base * base
                                                      : std::sqrt(base);
    };
    multiply(constant + per_step * steps, power);
    if (has_other()) multiply(other_constant + other_per_step * steps, other_power);
    return above / below;
}

std::size_t Rolled::node_count() const {
    std::size_t count = 0;
    for (const Part& part : parts) count += part.size();
    return count;
}

std::int32_t Rolled::steps(std::int32_t axis) const { return axis_steps(*this, axis).steps; }

std::int32_t Rolled::first_step(std::int32_t axis) const { return axis_steps(*this, axis).first; }

void count_unread_steps(Rolled& rolled) {
    for (const AxisSteps& unread : rolled.unread)
        *std::ranges::find(rolled.axes, unread.axis, &AxisSteps::axis) = unread;
    rolled.unread.clear();
}

bool operator==(const Rolled& a, const Rolled& b) {
    const auto compared = [](const Rolled& x) {
        return std::tie(x.parts, x.schedule, x.outputs, x.axes, x.unread, x.folding, x.refusal,
                        x.sharing);
    };
    return compared(a) == compared(b);
}

}  // namespace revolute
