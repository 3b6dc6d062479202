// Rolled::at: other numbers of steps, found by putting steps in where all steps are alike.

#include <revolute/graph/detail/roll_chains.hpp>
#include <revolute/graph/detail/roll_laws.hpp>
#include <revolute/graph/detail/roll_shapes.hpp>
#include <revolute/graph/detail/roll_words.hpp>
#include <revolute/graph/error.hpp>
#include <revolute/graph/rolled.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace revolute {

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

/// Calls `visit(axis, range)` for all steps in a rolled graph: those of members, of cases and of what they
/// read, of names, of sums, of outputs.
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

/// Consecutive steps of an axis at which nothing begins or ends, but for what repeats.
struct Stretch {
    std::int32_t first = 0;
    std::int32_t length = 0;
    std::int32_t least_length = 1;  ///< fewer would bring boundary cases of both ends together
    std::int32_t period = 1;        ///< so many steps are put in together, or a multiple

    std::int32_t middle() const { return first + length / 2; }
};

/// The one that is longer than all others.
Stretch widest_between(std::vector<std::int32_t> boundaries) {
    std::ranges::sort(boundaries);
    Stretch widest;
    bool is_longest = true;
    for (std::size_t i = 1; i < boundaries.size(); ++i) {
        const std::int32_t length = boundaries[i] - boundaries[i - 1];
        if (length == widest.length) is_longest = false;
        if (length <= widest.length) continue;
        widest = {boundaries[i - 1], length};
        is_longest = true;
    }
    return is_longest ? widest : Stretch{};
}

/// The least number of steps after which everything comes again there; beyond the stretch when it is
/// not within it.
std::int32_t period_in(const Rolled& rolled, std::int32_t axis, const Stretch& stretch) {
    std::int64_t period = 1;
    for_each_range(rolled, [&](std::optional<std::int32_t> of, StepRange steps) {
        if (of == axis && steps.repeats() && steps.low() <= stretch.first &&
            steps.high() > stretch.first && period <= stretch.length)
            period = std::lcm(period, std::int64_t{steps.every});
    });
    return static_cast<std::int32_t>(std::min(period, std::int64_t{stretch.length} + 1));
}

/// The longest stretch of steps without boundary cases, to put steps into or take them out of.
Stretch stretch_of(const Rolled& rolled, std::int32_t axis) {
    std::vector<std::int32_t> boundaries;
    for_each_range(rolled, [&](std::optional<std::int32_t> of, StepRange steps) {
        if (of == axis) boundaries.insert(boundaries.end(), {steps.low(), steps.high() + 1});
    });
    Stretch stretch = widest_between(std::move(boundaries));
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

/// The rolled graph with `by` steps put into the stretch, with the shapes of the one that it was made
/// of; none when that is not possible.
std::optional<Rolled> stretched(const Rolled& rolled, std::int32_t axis, const Stretch& stretch,
                                std::int32_t by) {
    const bool repeats = stretch.period > 1;
    if (rolled.folding == Folding::none || stretch.length < std::max(2, stretch.least_length) ||
        (repeats && stretch.length / 3 < stretch.period))
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
    std::int32_t steps = 0;        ///< of `shapes`; `next` has one period more
    std::vector<Shape> shapes, next;
};

std::vector<Shape> shapes_of(const Rolled& rolled) {
    std::vector<Shape> shapes;
    for (const Part& part : rolled.parts) shapes.push_back(part.shape);
    return shapes;
}

/// A size that grows evenly with each period, so many of them further; 0 beyond the range of sizes.
int size_after(std::int64_t periods, int size, int next) {
    const std::int64_t grown = size + std::int64_t{next - size} * periods;
    return grown < 1 || grown > std::numeric_limits<int>::max() ? 0 : static_cast<int>(grown);
}

Shape shape_at(const Growth& growth, std::size_t part, std::int32_t steps) {
    const Shape shape = growth.shapes[part], next = growth.next[part];
    const std::int64_t periods =
        (std::int64_t{steps} - std::int64_t{growth.steps}) / growth.stretch.period;
    return {size_after(periods, shape.rows, next.rows),
            size_after(periods, shape.columns, next.columns)};
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
        const std::int32_t period = growth.stretch.period;
        if (const auto unread = unread_steps()) return *unread;
        growth.least = now_ - periods_to_spare(growth.stretch) * period;
        if (first_break(rolled_) || !stretched(rolled_, axis_, growth.stretch, period))
            return fmt::format(
                "rolled: the steps in its midst are not alike, so none can be put in ({} on axis "
                "{})",
                now_, axis_name(axis_));
        if (!has_members_in(growth.stretch))
            return fmt::format(
                "rolled: nothing is computed in its midst, so no step can be put in ({} on axis "
                "{})",
                now_, axis_name(axis_));
        if (!is_known_of_other_lengths())
            if (const auto chain = detail::find_chain(rolled_))
                return fmt::format(
                    "rolled: {} has no step and is at least the third in a row that is made of the "
                    "one before in the same way, of which there may be as many as steps ({} on "
                    "axis {})\n  one graph cannot tell: roll_for compares graphs of several "
                    "numbers of steps",
                    detail::name_and_shape(rolled_[*chain], 0), now_, axis_name(axis_));
        const std::int32_t fewer = std::max(0, now_ - std::max(most_looked_at, growth.least));
        growth.steps = now_ + (1 - fewer / period) * period;
        Rolled known = rolled_;
        if (!is_known_of_other_lengths()) {
            const auto longer = stretched(rolled_, axis_, growth.stretch, period);
            auto found = detail::infer_laws(rolled_, *longer, axis_);
            if (const auto* refusal = std::get_if<std::string>(&found)) return *refusal;
            known.laws = std::get<AxisLaws>(std::move(found));
        }
        growth.laws = known.laws;
        for (const std::int32_t more : {0, 1}) {
            const std::int32_t steps = growth.steps + more * period;
            Rolled other = *stretched(known, axis_, growth.stretch, steps - now_);
            if (const auto misfit = detail::set_shapes(other))
                return detail::misfit_text(other, *misfit, axis_);
            (more == 0 ? growth.shapes : growth.next) = shapes_of(other);
        }
        return even(std::move(growth));
    }

 private:
    /// Whether graphs of several numbers of steps told what depends on it.
    bool is_known_of_other_lengths() const { return rolled_.laws && rolled_.laws->axis == axis_; }

    /// Whether the last steps were left out because nothing reads them. Then the rolled graph is that of fewer
    /// steps, too, and neither is known to be meant.
    std::optional<std::string> unread_steps() const {
        const auto found = std::ranges::find(rolled_.unread, axis_, &AxisSteps::axis);
        if (found == rolled_.unread.end()) return std::nullopt;
        return fmt::format(
            "rolled: nothing that was rolled reads the last steps of the graph, so how many there "
            "are cannot be told ({} or {} on axis {})\n  roll_for takes a function that builds the "
            "graph of any number of steps",
            now_, found->steps, axis_name(axis_));
    }

    /// How many periods fewer there can be: of what repeats, three remain.
    static std::int32_t periods_to_spare(const Stretch& stretch) {
        const std::int64_t remaining = stretch.period == 1 ? 1 : std::int64_t{4} * stretch.period;
        const std::int64_t least = std::max<std::int64_t>(stretch.least_length, remaining);
        const std::int64_t spare = std::max<std::int64_t>(0, stretch.length - least);
        return static_cast<std::int32_t>(spare / stretch.period);
    }

    /// Where no family has members, what is computed at each step has none, as it is the same at several: a chain
    /// of nodes without steps, of which nobody knows how many there are for each step.
    bool has_members_in(const Stretch& stretch) const {
        return std::ranges::any_of(rolled_.parts, [&](const Part& part) {
            if (part.axis != axis_) return false;
            for (std::int32_t t = stretch.first; t < stretch.first + stretch.period; ++t)
                if (part.has_member(t)) return true;
            return false;
        });
    }

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
                    to_string(growth.shapes[i]), growth.steps + growth.stretch.period,
                    to_string(growth.next[i]));
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

std::int32_t Rolled::period(std::int32_t axis) const { return stretch_of(*this, axis).period; }

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
    if ((steps - now) % growth.stretch.period != 0)
        throw GraphError(
            fmt::format("rolled: everything comes again every {} steps, so {} steps can "
                        "become {} or {} ({} asked for)",
                        growth.stretch.period, now, now + growth.stretch.period,
                        now + 2 * growth.stretch.period, steps) +
            instead());
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
