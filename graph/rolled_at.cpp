// Rolled::at: other numbers of steps, found by putting steps in where all steps are alike.

#include <revolute/graph/error.hpp>
#include <revolute/graph/rolled.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

namespace revolute {

namespace {

/// Moves steps from a place on by a number of steps.
class Shift {
 public:
    Shift(std::int32_t axis, std::int32_t from, std::int32_t by)
        : axis_(axis), from_(from), by_(by) {}

    std::int32_t operator()(std::optional<std::int32_t> axis, std::int32_t t) const {
        return axis == axis_ && t >= from_ ? t + by_ : t;
    }
    Interval operator()(std::optional<std::int32_t> axis, Interval steps) const {
        return {(*this)(axis, steps.low), (*this)(axis, steps.high)};
    }

 private:
    std::int32_t axis_;
    std::int32_t from_;
    std::int32_t by_;
};

/// Calls `visit(axis, interval)` for each interval of steps in a rolled graph: those of members, of
/// cases and of what they read, of names, of sums, of outputs.
template <class Visit>
void for_each_interval(const Rolled& rolled, const Visit& visit) {
    const auto axis_of = [&](PartId part) { return rolled[part].axis; };
    for (const Part& part : rolled.parts) {
        for (const Interval run : part.runs) visit(part.axis, run);
        for (const std::vector<Segment>& slot : part.slots)
            for (const auto& [steps, target, distance] : slot) {
                visit(part.axis, steps);
                visit(axis_of(target), Interval{steps.low - distance, steps.high - distance});
            }
        for (const std::vector<PartName>* names : {&part.names, &part.labels})
            for (const PartName& name : *names) {
                visit(part.axis, name.steps);
                visit(name.axis,
                      Interval{name.steps.low + name.shift, name.steps.high + name.shift});
            }
        for (const Sweep& sweep : part.operands)
            for (const Sweep::Element& element : sweep.elements)
                visit(axis_of(element.part),
                      Interval{std::min(sweep.first, sweep.last) + element.offset,
                               std::max(sweep.first, sweep.last) + element.offset});
    }
    for (const Member& output : rolled.outputs)
        visit(axis_of(output.part), Interval{output.t, output.t});
}

/// Consecutive steps of an axis at which nothing begins or ends.
struct Stretch {
    std::int32_t first = 0;
    std::int32_t length = 0;
    std::int32_t least_length = 1;  ///< fewer would bring boundary cases of both ends together

    std::int32_t middle() const { return first + length / 2; }
};

Stretch widest_between(std::vector<std::int32_t> boundaries) {
    std::ranges::sort(boundaries);
    Stretch widest;
    for (std::size_t i = 1; i < boundaries.size(); ++i)
        if (boundaries[i] - boundaries[i - 1] > widest.length)
            widest = {boundaries[i - 1], boundaries[i] - boundaries[i - 1]};
    return widest;
}

/// The longest stretch of steps without boundary cases, to put steps into or take them out of.
Stretch stretch_of(const Rolled& rolled, std::int32_t axis) {
    std::vector<std::int32_t> boundaries;
    for_each_interval(rolled, [&](std::optional<std::int32_t> of, Interval steps) {
        if (of == axis) boundaries.insert(boundaries.end(), {steps.low, steps.high + 1});
    });
    Stretch stretch = widest_between(std::move(boundaries));
    for (const Part& part : rolled.parts) {
        if (part.axis != axis) continue;
        for (const std::vector<Segment>& slot : part.slots)
            for (const Segment& segment : slot)
                if (segment.steps.low <= stretch.first && segment.steps.high > stretch.first)
                    stretch.least_length =
                        std::max(stretch.least_length, 2 * std::abs(segment.distance));
    }
    return stretch;
}

/// Moves all that a rolled graph says of steps. What crosses the place must be the same on both
/// sides of it, so that it can grow: each function returns whether it is.
class Mover {
 public:
    Mover(const Rolled& original, const Shift& shift) : original_(original), shift_(shift) {}

    bool move(Part& part) const {
        std::vector<Interval> runs = part.runs;
        for (Interval& run : runs) run = shift_(part.axis, run);
        part.set_runs(std::move(runs));
        return std::ranges::all_of(part.slots,
                                   [&](std::vector<Segment>& slot) {
                                       return std::ranges::all_of(slot, [&](Segment& segment) {
                                           return move(part, segment);
                                       });
                                   }) &&
               std::ranges::all_of(part.operands, [&](Sweep& sweep) { return move(sweep); }) &&
               std::ranges::all_of(part.names, [&](PartName& name) { return move(part, name); }) &&
               std::ranges::all_of(part.labels, [&](PartName& name) { return move(part, name); });
    }
    void move(Member& output) const { output.t = shift_(axis_of(output.part), output.t); }

 private:
    std::optional<std::int32_t> axis_of(PartId part) const { return original_[part].axis; }

    bool move(const Part& part, Segment& segment) const {
        const Interval steps = shift_(part.axis, segment.steps);
        const auto axis = axis_of(segment.target);
        if (axis) {
            const Interval read = shift_(axis, {segment.steps.low - segment.distance,
                                                segment.steps.high - segment.distance});
            if (read.size() != steps.size()) return false;
            segment.distance = steps.low - read.low;
        }
        segment.steps = steps;
        return true;
    }

    bool move(const Part& part, PartName& name) const {
        const Interval steps = shift_(part.axis, name.steps);
        if (name.axis) {
            const Interval named =
                shift_(name.axis, {name.steps.low + name.shift, name.steps.high + name.shift});
            if (named.size() != steps.size()) return false;
            name.shift = named.low - steps.low;
        }
        name.steps = steps;
        return true;
    }

    bool move(Sweep& sweep) const {
        const auto moved = [&](const Sweep::Element& element, std::int32_t t) {
            return shift_(axis_of(element.part), t + element.offset);
        };
        const Sweep before = sweep;
        sweep.first = moved(before.elements.front(), before.first);
        sweep.last = moved(before.elements.front(), before.last);
        for (Sweep::Element& element : sweep.elements) {
            const std::int32_t first = moved(element, before.first);
            const std::int32_t last = moved(element, before.last);
            if (last - first != sweep.last - sweep.first) return false;
            element.offset = first - sweep.first;
        }
        return (sweep.last - sweep.first) % sweep.stride == 0 || sweep.first == sweep.last;
    }

    const Rolled& original_;
    const Shift& shift_;
};

/// The rolled graph with `by` steps put into the stretch; none when that is not possible.
std::optional<Rolled> stretched(const Rolled& rolled, std::int32_t axis, const Stretch& stretch,
                                std::int32_t by) {
    if (rolled.folding == Folding::none || stretch.length < std::max(2, stretch.least_length))
        return std::nullopt;
    const Shift shift(axis, stretch.middle(), by);
    const Mover mover(rolled, shift);
    Rolled result = rolled;
    result.nodes.clear();
    for (Part& part : result.parts)
        if (!mover.move(part)) return std::nullopt;
    for (Member& output : result.outputs) mover.move(output);
    for (AxisSteps& steps : result.axes)
        if (steps.axis == axis) steps.steps += by;
    return result;
}

/// Where one step can be put in and taken out: none when the steps are not alike, or too few to tell.
std::optional<Stretch> growing_stretch(const Rolled& rolled, std::int32_t axis) {
    const Stretch stretch = stretch_of(rolled, axis);
    // A pattern that repeats, such as a cut every k steps, has stretches too: each is one period of it.
    if (first_break(rolled) || !stretched(rolled, axis, stretch, 1)) return std::nullopt;
    return stretch;
}

std::int32_t least(const Rolled& rolled, std::int32_t axis, const Stretch& stretch) {
    return rolled.steps(axis) - stretch.length + stretch.least_length;
}

}  // namespace

std::optional<std::int32_t> Rolled::least_steps(std::int32_t axis) const {
    const auto stretch = growing_stretch(*this, axis);
    if (!stretch) return std::nullopt;
    return least(*this, axis, *stretch);
}

Rolled Rolled::at(std::int32_t steps, std::int32_t axis) const {
    const std::int32_t now = this->steps(axis);
    const auto stretch = growing_stretch(*this, axis);
    if (!stretch)
        throw GraphError(fmt::format(
            "rolled: the steps in its midst are not alike, so none can be put in ({} on axis {})\n"
            "  roll the graph of {} steps instead",
            now, axis_name(axis), steps));
    if (const std::int32_t fewest = least(*this, axis, *stretch); steps < fewest)
        throw GraphError(
            fmt::format("rolled: boundary cases meet in fewer than {} steps ({} asked for)\n"
                        "  roll the graph of {} steps instead",
                        fewest, steps, steps));
    return *stretched(*this, axis, *stretch, steps - now);
}

}  // namespace revolute
