// Rolled::at: other numbers of steps, found by putting steps in where all steps are alike.

#include <revolute/graph/detail/roll_laws.hpp>
#include <revolute/graph/detail/roll_shapes.hpp>
#include <revolute/graph/detail/roll_words.hpp>
#include <revolute/graph/error.hpp>
#include <revolute/graph/rolled.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
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
        // Two members make no pattern: h(0) + h(1) has two operands in a graph of any length.
        constexpr std::size_t least_rounds = 3;
        if (sweep.rounds() != before.rounds() && before.rounds() < least_rounds) return false;
        return (sweep.last - sweep.first) % sweep.stride == 0 || sweep.first == sweep.last;
    }

    const Rolled& original_;
    const Shift& shift_;
};

/// The rolled graph with `by` steps put into the stretch, with the shapes of the one that it was made
/// of; none when that is not possible.
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
    if (!result.laws || result.laws->axis != axis) {
        result.laws.reset();
        return result;
    }
    for (const auto& [part, attribute, law] : result.laws->attributes)
        result.parts[index(part)].attributes[attribute] = law.at(result.steps(axis));
    return result;
}

/// How a rolled graph grows over one axis: shapes change evenly with the number of steps, so two
/// numbers of steps tell them for all.
struct Growth {
    Stretch stretch;
    std::int32_t least = 1;
    std::optional<AxisLaws> laws;  ///< of attributes
    std::int32_t steps = 0;        ///< of `shapes`; `next` has one more
    std::vector<Shape> shapes, next;
};

std::vector<Shape> shapes_of(const Rolled& rolled) {
    std::vector<Shape> shapes;
    for (const Part& part : rolled.parts) shapes.push_back(part.shape);
    return shapes;
}

/// A size that grows evenly from `steps` to `steps + 1`; 0 beyond the range of sizes.
int size_at(int size, int next, std::int32_t steps, std::int32_t wanted) {
    const std::int64_t grown =
        size + std::int64_t{next - size} * (std::int64_t{wanted} - std::int64_t{steps});
    return grown < 1 || grown > std::numeric_limits<int>::max() ? 0 : static_cast<int>(grown);
}

Shape shape_at(const Growth& growth, std::size_t part, std::int32_t steps) {
    const Shape shape = growth.shapes[part], next = growth.next[part];
    return {size_at(shape.rows, next.rows, growth.steps, steps),
            size_at(shape.columns, next.columns, growth.steps, steps)};
}

/// Graphs of more steps than this are not looked at: what is said of growth takes no longer for more.
constexpr std::int32_t most_looked_at = 64;

/// How a rolled graph grows, or why it cannot be told.
class GrowthSearch {
 public:
    GrowthSearch(const Rolled& rolled, std::int32_t axis)
        : rolled_(rolled), axis_(axis), now_(rolled.steps(axis)) {}

    std::variant<Growth, std::string> run() {
        Growth growth;
        growth.stretch = stretch_of(rolled_, axis_);
        growth.least = now_ - growth.stretch.length + growth.stretch.least_length;
        // A pattern that repeats, such as a cut every k steps, has stretches too: each is one period.
        if (first_break(rolled_) || !stretched(rolled_, axis_, growth.stretch, 1))
            return fmt::format(
                "rolled: the steps in its midst are not alike, so none can be put in ({} on axis "
                "{})",
                now_, axis_name(axis_));
        growth.steps = std::min(now_, std::max(most_looked_at, growth.least)) + 1;
        Rolled known = rolled_;
        if (!known.laws || known.laws->axis != axis_) {
            const auto longer = stretched(rolled_, axis_, growth.stretch, 1);
            auto found = detail::infer_laws(rolled_, *longer, axis_);
            if (const auto* refusal = std::get_if<std::string>(&found)) return *refusal;
            known.laws = std::get<AxisLaws>(std::move(found));
        }
        growth.laws = known.laws;
        for (const std::int32_t more : {0, 1}) {
            const std::int32_t steps = growth.steps + more;
            Rolled other = *stretched(known, axis_, growth.stretch, steps - now_);
            if (const auto misfit = detail::set_shapes(other))
                return detail::misfit_text(other, *misfit, axis_);
            (more == 0 ? growth.shapes : growth.next) = shapes_of(other);
        }
        return even(std::move(growth));
    }

 private:
    /// Refuses shapes that do not grow evenly, as those of a product of two numbers that grow.
    std::variant<Growth, std::string> even(Growth growth) const {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Part& part = rolled_.parts[i];
            const Shape expected = shape_at(growth, i, now_);
            if (part.shape != expected)
                return fmt::format(
                    "rolled: the shape of {} does not grow evenly with the number of steps\n  in "
                    "{} steps it is {}, in {} steps {}",
                    detail::name_and_shape(part, part.step_of(0)), growth.steps,
                    to_string(growth.shapes[i]), growth.steps + 1, to_string(growth.next[i]));
        }
        return growth;
    }

    const Rolled& rolled_;
    std::int32_t axis_;
    std::int32_t now_;
};

/// Shapes of a graph of many steps, which grow evenly.
void set_grown_shapes(Rolled& rolled, const Growth& growth, std::int32_t steps) {
    for (std::size_t i = 0; i < rolled.parts.size(); ++i) {
        Part& part = rolled.parts[i];
        part.shape = shape_at(growth, i, steps);
        if (part.shape.rows == 0 || part.shape.columns == 0)
            throw GraphError(
                fmt::format("rolled: sizes of {} are beyond the range of int in {} steps",
                            detail::name_and_shape(part, part.step_of(0)), steps));
    }
    for (Part& part : rolled.parts)
        for (std::size_t slot = 0; slot < part.slots.size(); ++slot)
            part.operand_shapes[slot] = rolled[part.slots[slot].front().target].shape;
}

}  // namespace

std::optional<std::int32_t> Rolled::least_steps(std::int32_t axis) const {
    const auto growth = GrowthSearch(*this, axis).run();
    if (const auto* found = std::get_if<Growth>(&growth)) return found->least;
    return std::nullopt;
}

Rolled Rolled::at(std::int32_t steps, std::int32_t axis) const {
    const std::int32_t now = this->steps(axis);
    const auto found = GrowthSearch(*this, axis).run();
    const auto instead = [&] {
        return fmt::format("\n  roll the graph of {} steps instead", steps);
    };
    if (const auto* reason = std::get_if<std::string>(&found))
        throw GraphError(*reason + instead());
    const Growth& growth = std::get<Growth>(found);
    if (steps < growth.least)
        throw GraphError(
            fmt::format("rolled: boundary cases meet in fewer than {} steps ({} asked for)",
                        growth.least, steps) +
            instead());
    Rolled known = *this;
    known.laws = growth.laws;
    Rolled result = *stretched(known, axis, growth.stretch, steps - now);
    if (steps > growth.steps) {
        set_grown_shapes(result, growth, steps);
    } else if (const auto misfit = detail::set_shapes(result)) {
        throw GraphError(detail::misfit_text(result, *misfit, axis) + instead());
    }
    result.laws = growth.laws;
    return result;
}

}  // namespace revolute
