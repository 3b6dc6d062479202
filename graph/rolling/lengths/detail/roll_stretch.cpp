#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_stretch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// Moves steps from a place on by a number of steps, which is a multiple of the period.
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
    /// A range that repeats comes more or less often where the place is within it.
    StepRange operator()(std::optional<std::int32_t> axis, StepRange steps) const {
        if (!steps.repeats()) return (*this)(axis, steps.first);
        const bool grows = axis == axis_ && steps.low() < from_ && from_ <= steps.high();
        if (grows) return {steps.first, steps.every, steps.times + by_ / steps.every};
        return {(*this)(axis, steps.first), steps.every, steps.times};
    }

 private:
    std::int32_t axis_;
    std::int32_t from_;
    std::int32_t by_;
};

StepRange moved(StepRange steps, std::int32_t by) {
    steps.first = {steps.first.low + by, steps.first.high + by};
    return steps;
}

/// Calls `visit(axis, range)` for all steps in a rolled graph: those of members, of cases and of
/// what they read, of names, of sums, of outputs.
template <class Visit>
void for_each_range(const Rolled& rolled, const Visit& visit) {
    const auto axis_of = [&](PartId part) { return rolled[part].axis; };
    for (const Part& part : rolled.parts) {
        for (const StepRange run : part.runs) visit(part.axis, run);
        for (const std::vector<Segment>& slot : part.slots)
            for (const auto& [steps, target, distance] : slot) {
                visit(part.axis, steps);
                visit(axis_of(target), moved(steps, -distance));
            }
        for (const std::vector<PartName>* names : {&part.names, &part.labels})
            for (const PartName& name : *names) {
                visit(part.axis, name.steps);
                visit(name.axis, moved(name.steps, name.shift));
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

/// The one that is longer than all others.
StepStretch widest_between(std::vector<std::int32_t> boundaries) {
    std::ranges::sort(boundaries);
    StepStretch widest;
    bool is_longest = true;
    for (std::size_t i = 1; i < boundaries.size(); ++i) {
        const std::int32_t length = boundaries[i] - boundaries[i - 1];
        if (length == widest.length) is_longest = false;
        if (length <= widest.length) continue;
        widest = {boundaries[i - 1], length};
        is_longest = true;
    }
    return is_longest ? widest : StepStretch{};
}

/// The least number of steps after which everything comes again there; beyond the stretch when it
/// is not within it.
std::int32_t period_in(const Rolled& rolled, std::int32_t axis, const StepStretch& stretch) {
    std::int64_t period = 1;
    for_each_range(rolled, [&](std::optional<std::int32_t> of, StepRange steps) {
        if (of == axis && steps.repeats() && steps.low() <= stretch.first &&
            steps.high() > stretch.first && period <= stretch.length)
            period = std::lcm(period, std::int64_t{steps.every});
    });
    return static_cast<std::int32_t>(std::min(period, std::int64_t{stretch.length} + 1));
}

/// Moves all that a rolled graph says of steps. What crosses the place must be the same on both
/// sides of it, so that it can grow: each function returns whether it is.
class Mover {
 public:
    Mover(const Rolled& original, const Shift& shift) : original_(original), shift_(shift) {}

    bool move(Part& part) const {
        std::vector<StepRange> runs = part.runs;
        for (StepRange& run : runs) run = shift_(part.axis, run);
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
        const StepRange steps = shift_(part.axis, segment.steps);
        const auto axis = axis_of(segment.target);
        if (axis) {
            const StepRange read = shift_(axis, moved(segment.steps, -segment.distance));
            if (read.size() != steps.size()) return false;
            segment.distance = steps.low() - read.low();
        }
        segment.steps = steps;
        return true;
    }

    bool move(const Part& part, PartName& name) const {
        const StepRange steps = shift_(part.axis, name.steps);
        if (name.axis) {
            const StepRange named = shift_(name.axis, moved(name.steps, name.shift));
            if (named.size() != steps.size()) return false;
            name.shift = named.low() - steps.low();
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
        // Two members make no pattern: h(0) + h(1) has two operands in a graph of any length.
        constexpr std::size_t least_rounds = 3;
        if (sweep.rounds() != before.rounds() && before.rounds() < least_rounds) return false;
        return (sweep.last - sweep.first) % sweep.stride == 0 || sweep.first == sweep.last;
    }

    const Rolled& original_;
    const Shift& shift_;
};

/// The steps that a stretch needs to have steps put in.
std::int32_t least_length(const StepStretch& stretch) {
    const std::int32_t periods = stretch.period > 1 ? 3 * stretch.period : 1;
    return std::max({2, stretch.least_length, periods});
}

/// One over a number N is a division by N.
void set_scale(LineScale& scale, double value) {
    if (scale.divisor == 1)
        scale = {value, 1};
    else
        scale = {1, std::strtod(fmt::format("{:.15g}", 1 / value).c_str(), nullptr)};
}

}  // namespace

StepStretch stretch_of(const Rolled& rolled, std::int32_t axis) {
    std::vector<std::int32_t> boundaries{0};
    for_each_range(rolled, [&](std::optional<std::int32_t> of, StepRange steps) {
        if (of == axis) boundaries.insert(boundaries.end(), {steps.low(), steps.high() + 1});
    });
    StepStretch stretch = widest_between(std::move(boundaries));
    stretch.period = period_in(rolled, axis, stretch);
    for (const Part& part : rolled.parts) {
        if (part.axis != axis) continue;
        for (const std::vector<Segment>& slot : part.slots)
            for (const Segment& segment : slot)
                if (segment.steps.low() <= stretch.first && segment.steps.high() > stretch.first)
                    stretch.least_length =
                        std::max(stretch.least_length, 2 * std::abs(segment.distance));
    }
    return stretch;
}

std::optional<Rolled> stretched(const Rolled& rolled, std::int32_t axis, const StepStretch& stretch,
                                std::int32_t by) {
    if (rolled.folding == Folding::none || stretch.length < least_length(stretch))
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
    if (!result.laws || result.laws->axis != axis) {
        result.laws.reset();
        return result;
    }
    for (const auto& [part, attribute, law, is_of_scale] : result.laws->attributes) {
        const double number = law.at(result.steps(axis));
        Part& with_law = result.parts[index(part)];
        if (is_of_scale) with_law.scales.resize(with_law.attributes.size());  // 1 has none
        if (is_of_scale)
            set_scale(with_law.scales[attribute], number);
        else
            with_law.attributes[attribute] = number;
    }
    return result;
}

std::string why_not_stretched(const Rolled& rolled, std::int32_t axis, const StepStretch& stretch) {
    if (rolled.folding == Folding::none) return "nothing was folded: " + rolled.refusal;
    if (stretch.length == 0)
        return "of the rows of steps that are alike none is longer than all others, so where to "
               "put them in cannot be told";
    const auto step = [&](std::int32_t t) { return to_string(Step{axis, t}); };
    if (stretch.length < least_length(stretch))
        return fmt::format(
            "{} steps in a row must be alike at least, and there are {} at most, from step {} on",
            least_length(stretch), stretch.length, step(stretch.first));
    const Shift shift(axis, stretch.middle(), stretch.period);
    const Mover mover(rolled, shift);
    for (const Part& part : rolled.parts) {
        Part moved = part;
        if (mover.move(moved)) continue;
        const bool is_there = part.axis == axis && part.has_member(stretch.middle());
        return fmt::format("{} reads in different ways what comes before step {} and after it",
                           name_and_shape(part, is_there ? stretch.middle() : part.step_of(0)),
                           step(stretch.middle()));
    }
    return "";
}

}  // namespace revolute::detail
