#pragma once

/// @file
/// `Rolled`, a graph folded over time: families of nodes that are alike, their boundary cases, and
/// recurrences.

#include <revolute/graph/notation/labels.hpp>
#include <revolute/graph/step.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// Steps of a time axis: an interval, once, or again and again at the same distance.
struct StepRange {
    Interval first;  ///< the interval, or the first of those that repeat
    std::int32_t every =
        0;  ///< from the beginning of one to that of the next; 0 where there is one
    std::int32_t times = 1;  ///< how many intervals there are

    constexpr StepRange() = default;
    /// One interval.
    constexpr StepRange(Interval interval)
        : first(interval) {}  // NOLINT(google-explicit-constructor)
    /// `count` intervals, each `distance` steps after the one before.
    constexpr StepRange(Interval interval, std::int32_t distance, std::int32_t count)
        : first(interval), every(count > 1 ? distance : 0), times(count) {}

    /// Whether there are several intervals.
    constexpr bool repeats() const { return times > 1; }
    /// The first step of all.
    constexpr std::int32_t low() const { return first.low; }
    /// The last step of all.
    constexpr std::int32_t high() const { return first.high + every * (times - 1); }
    /// An interval by its number, counted from 0.
    constexpr Interval at(std::int32_t number) const {
        return {first.low + every * number, first.high + every * number};
    }
    /// Number of steps in all intervals together.
    constexpr std::size_t size() const { return first.size() * static_cast<std::size_t>(times); }
    /// Whether the step is in one of the intervals.
    constexpr bool contains(std::int32_t t) const {
        if (!repeats()) return first.contains(t);
        return low() <= t && t <= high() && (t - low()) % every <= first.high - first.low;
    }
    /// The one interval. Throws InternalError when it repeats: `spelled_out` makes lists of
    /// intervals.
    Interval interval() const;
    friend constexpr bool operator==(StepRange, StepRange) = default;
};

/// Those of ranges of which none repeats. Throws as `StepRange::interval`.
std::vector<Interval> intervals_of(std::span<const StepRange> ranges);

/// Number of a part of a rolled graph.
enum class PartId : std::uint32_t {};

/// The part's place in `Rolled::parts`.
constexpr std::uint32_t index(PartId part) { return static_cast<std::uint32_t>(part); }

/// What an operand of a family is during some of its steps: at step t, the member of `target` at
/// step t - distance, or the node that `target` is.
struct Segment {
    StepRange steps;            ///< where it is so
    PartId target{};            ///< what stands there
    std::int32_t distance = 0;  ///< 0 when the target is one node

    friend constexpr bool operator==(const Segment&, const Segment&) = default;
};

/// Consecutive operands of one node: for s = first, first + stride, ..., last and each element in
/// turn, the member of the element's part at step s + offset. A part that is one node stands for
/// itself; then first = last.
struct Sweep {
    /// What one round reads.
    struct Element {
        PartId part{};            ///< whose member
        std::int32_t offset = 0;  ///< from s to the member's step

        friend constexpr bool operator==(Element, Element) = default;
    };
    std::vector<Element> elements;  ///< of each round, in turn
    std::int32_t first = 0;         ///< s of the first round
    std::int32_t last = 0;          ///< s of the last round
    std::int32_t stride = 1;        ///< negative when the steps descend

    /// How many times the elements come.
    std::size_t rounds() const { return static_cast<std::size_t>((last - first) / stride) + 1; }
    friend bool operator==(const Sweep&, const Sweep&) = default;
};

/// What members of a part are called during some steps: "h" at step t on an axis. The step of the
/// name is the member's own plus `shift`: U' dz(t+1), made at step t + 1, is dh(t).
struct PartName {
    StepRange steps;                   ///< steps of the members
    std::string name;                  ///< without its step, the d's of an adjoint included
    std::optional<std::int32_t> axis;  ///< none: the name has no step
    std::int32_t shift = 0;            ///< from a member's step to that of its name
    /// How many of the d's at the front say that it is an adjoint. The name behind them is the
    /// value's.
    std::int32_t adjoint_order = 0;
    /// Which one it is of the values that have this name at a step, counted from 1. The names of a
    /// value and of its adjoints have the same.
    std::int32_t number = 1;

    friend bool operator==(const PartName&, const PartName&) = default;
};

/// The name of the value whose adjoint a label names, or which it names itself.
std::string value_name(const PartName& label);

/// What whole numbers that grow evenly with the step are multiplied by, or divided by: 0.1 (t+1),
/// (t+1) / 8. One of the two is 1, so that the bits are those of a builder that multiplied once.
/// Where it multiplied more than once, members differ from them by rounding.
struct LineScale {
    double factor = 1;   ///< what they are multiplied by
    double divisor = 1;  ///< what they are divided by

    /// The two as one number, rounded.
    double value() const { return factor / divisor; }
    /// A number multiplied and then divided, in this order.
    double times(double number) const { return number * factor / divisor; }
    friend constexpr bool operator==(LineScale, LineScale) = default;
};

/// A family, the nodes of a graph that are alike at all steps; or one node, without a step on an
/// axis that is folded. Members have the same operator and shape, attributes that are the same or
/// multiples of whole numbers that grow evenly with the step, and operands that stand at constant
/// distances in time, but for boundary cases, each a segment.
struct Part {
    const Op* op = nullptr;          ///< the operator of all members
    Shape shape;                     ///< rows and columns of each member
    std::vector<double> attributes;  ///< where they grow, what they would be at step 0
    /// By attribute, what it grows by from one step to the next; empty when none does.
    std::vector<double> slopes;
    /// By attribute, what the number is multiplied by that `attributes` and `slopes` say; empty
    /// when none is.
    std::vector<LineScale> scales;
    std::vector<Shape> operand_shapes;  ///< of a family; by slot
    /// Time axis of a family; none: one node.
    std::optional<std::int32_t> axis;
    /// Of one node: the step that it has on an axis along which nothing was folded.
    std::optional<Step> unfolded_step;
    bool depends_on_time = false;  ///< as `Graph::depends_on_time` says of a member

    /// Of a family: where it has members. In this list and all others by steps, those that repeat
    /// come first, and within both kinds the earlier ones.
    std::vector<StepRange> runs;
    std::vector<std::size_t>
        places;  ///< by run, where none repeats: the number of members before it
    std::vector<std::vector<Segment>> slots;  ///< of a family: each slot's cases
    std::vector<Sweep> operands;              ///< of one node

    /// The names that the graph knows, first names before aliases. A node without step counts as
    /// one at step 0.
    std::vector<PartName> names;
    /// What listings call the members, adjoints included; filled by `name_parts`.
    std::vector<PartName> labels;

    /// Whether it is a family; otherwise it is one node.
    bool is_family() const { return axis.has_value(); }
    /// The attributes of the member at step t.
    std::vector<double> attributes_at(std::int32_t t) const;
    /// One attribute of the member at step t.
    double attribute_at(std::size_t attribute, std::int32_t t) const;
    /// What one of them is multiplied by.
    LineScale scale_of(std::size_t attribute) const;
    /// Sets where the family has members.
    void set_runs(std::vector<StepRange> steps);
    /// The first and the last step of a family.
    Interval hull() const;
    /// Number of members.
    std::size_t size() const;
    /// Whether there is a member at step t.
    bool has_member(std::int32_t t) const;
    /// The number of the member at step t, counted from the first. There must be one.
    std::size_t place_of(std::int32_t t) const;
    /// The step of a member by its number; 0 for a node without step.
    std::int32_t step_of(std::size_t place) const;
    /// The case of an operand at step t. There must be a member.
    const Segment& segment_at(std::uint32_t slot, std::int32_t t) const;
    /// The one of some cases that holds at step t, if there is one.
    static const Segment* find_segment(const std::vector<Segment>& cases, std::int32_t t);

    friend bool operator==(const Part&, const Part&) = default;
};

/// One member of a part.
struct Member {
    PartId part{};       ///< the family, or the one node
    std::int32_t t = 0;  ///< 0 for a node without step

    friend constexpr bool operator==(Member, Member) = default;
};

/// Parts that depend on each other in a circle: a recurrence; or one part that does not.
struct Component {
    std::vector<PartId> parts;  ///< those that the others need at the same step come first
    /// Order of the steps of a recurrence: 1 from the first to the last, -1 from the last to the
    /// first. 0: no member depends on another.
    std::int32_t direction = 0;

    /// Whether the parts are a recurrence.
    bool is_recurrence() const { return direction != 0; }
    friend bool operator==(const Component&, const Component&) = default;
};

/// The number of steps of one time axis, which run from 0.
struct AxisSteps {
    std::int32_t axis = 0;   ///< number of the time axis
    std::int32_t steps = 0;  ///< how many steps it has
    /// The first one at which the graph computes something, or one that it was simplified from: 1
    /// or more where steps are not counted from 0. States that are given before it are no step.
    std::int32_t first = 0;

    friend constexpr bool operator==(AxisSteps, AxisSteps) = default;
};

/// A number as a function of the number N of steps of a time axis: factor (constant + per_step N)
/// to a power of 1, 2 or 1/2, or one over that, as a mean over time has 1 / N; or the product of
/// that and another such power, as N / (N+1) and 2 / (N (N-1)) have.
struct LengthLaw {
    double factor = 1;          ///< what the rest is multiplied by
    double constant = 0;        ///< the first power's constant
    double per_step = 1;        ///< what N is multiplied by in the first power
    double power = 1;           ///< of the first power
    double other_constant = 0;  ///< the other power's constant
    double other_per_step = 1;  ///< what N is multiplied by in the other power
    double other_power = 0;     ///< 0: there is no other

    /// Whether there is another power.
    bool has_other() const { return other_power != 0; }

    /// The number for so many steps.
    double at(std::int32_t steps) const;
    friend bool operator==(LengthLaw, LengthLaw) = default;
};

/// The law of one attribute of one part, or of the scale of one.
struct AttributeLaw {
    PartId part{};                ///< the part
    std::uint32_t attribute = 0;  ///< which of its attributes
    LengthLaw law;                ///< how it depends on the number of steps
    /// Of what the attribute is multiplied by (`Part::scales`), not of itself.
    bool is_of_scale = false;
};

/// The attributes that depend on the number of steps of one time axis; all others do not.
struct AxisLaws {
    std::int32_t axis = 0;                 ///< number of the time axis
    std::vector<AttributeLaw> attributes;  ///< each that depends on it
};

/// How much of a graph was folded: the first of these for which there is an order. `inner_axes`
/// comes before `merged` where what an outer step computes is read at most steps of an inner axis.
enum class Folding : std::uint8_t {
    merged,  ///< families that differ at a boundary only are one
    inner_axes,  ///< the same along the inner time axes: a step of an outer one holds whole recurrences of them
    phased,    ///< as merged, but what waits for a node without step is apart
    unmerged,  ///< families differ wherever one operand does
    none,      ///< every node is a part by itself
};

/// A graph folded over time. It has all that is needed to build the graph again: `unroll_again`.
/// Parts are numbered in the order in which their first nodes were made.
struct Rolled {
    std::vector<Part> parts;  ///< by their number
    /// By part: the nodes of the graph that was rolled, ascending in their steps. Empty in what
    /// `at` returns, and no part of what makes two of them equal.
    std::vector<std::vector<NodeId>> nodes;
    std::vector<Component> schedule;  ///< operands before users
    std::vector<Member> outputs;      ///< in the order in which they were asked for
    std::vector<AxisSteps> axes;      ///< by number; the steps of their recurrences, holes included
    /// The axes of which the graph has more steps than that, with their number: nothing that was
    /// rolled reads the last of them.
    std::vector<AxisSteps> unread;
    Folding folding = Folding::merged;  ///< how much was folded
    std::string refusal;                ///< why not more was folded; empty when `merged`
    Sharing sharing = Sharing::on;      ///< that of the graph
    /// Of the axis for which graphs of several numbers of steps were compared (`roll_for`), or to
    /// which `at` gave other steps. No part of what makes two of them equal.
    std::optional<AxisLaws> laws;

    /// A part by its number.
    const Part& operator[](PartId part) const { return parts[index(part)]; }
    /// Number of nodes that it stands for.
    std::size_t node_count() const;
    /// The member of that name, at step t of the name where one is given. Throws GraphError, with
    /// the steps that there are, when there is none, and when there are several.
    Member find(std::string_view name, std::optional<std::int32_t> t = std::nullopt) const;
    /// The number of steps of a time axis: one more than the last at which its graph computes
    /// something going forward, of which something is needed. A last step that nothing reads counts
    /// where the rolled graph needs any other node of it. Throws GraphError when it has no such
    /// axis.
    std::int32_t steps(std::int32_t axis = 0) const;
    /// The first of them (`AxisSteps::first`). Throws as `steps`.
    std::int32_t first_step(std::int32_t axis = 0) const;

    /// How many steps come again and again together: 1, or where a pattern repeats, as in clockwork
    /// nets and where back-propagation is cut every k steps, the least common multiple of its
    /// periods. `at` takes numbers of steps that are a multiple of it more or less than these.
    std::int32_t period(std::int32_t axis = 0) const;

    /// The smallest number of steps that `at` can be asked for; none when it cannot be asked.
    std::optional<std::int32_t> least_steps(std::int32_t axis = 0) const;
    /// The same recurrences over another number of steps of one time axis: it stands, node for
    /// node, for the graph that is built with so many steps, but is found without building it, in
    /// time that does not depend on them. (Rolling a built graph of few steps may fold it in
    /// another way.) All steps between the boundary cases are alike, so steps are put in, or taken
    /// out, in their midst. Operands that are all steps of a family become more or fewer, and
    /// shapes are what the operators' rules make of that.
    ///
    /// An attribute that the builder derived from the number of steps, such as a factor 1/N,
    /// follows its law where there are `laws` of the axis. Where there are none, one that may come
    /// from the number of steps is refused, as the graph cannot tell; all others stay what they
    /// are.
    ///
    /// What one graph cannot tell is refused; `roll_for`, which is given a function that builds the
    /// graph of any number of steps, can. What no graph of one number shows is beyond `at` alone:
    /// that the builder does something else for odd numbers of steps, or from 100 steps on.
    ///
    /// Throws GraphError when steps between the ends are not alike (`first_break`), when there is
    /// no stretch of steps without boundary cases that is longer than any other, as in a graph of
    /// few steps, when nothing that was rolled reads the graph's last step, so that its number of
    /// steps is not known (`unread`), when nodes without step are made of one another in a row,
    /// when a shape would not fit its operator, when an attribute may depend on the number of
    /// steps, or when fewer than `least_steps` are asked for. The text names the node.
    Rolled at(std::int32_t steps, std::int32_t axis = 0) const;

    /// Whether both stand for the same graph, folded alike.
    friend bool operator==(const Rolled& a, const Rolled& b);
};

/// The same with intervals only, for who does not look at ranges that repeat.
Rolled spelled_out(Rolled rolled);

/// Where a graph is not the same from step to step.
struct PatternBreak {
    Step step;      ///< of the first node made, away from both ends, that is different
    Member member;  ///< that node
    std::optional<std::uint32_t> slot;  ///< which of its operands; none: it is of a kind of its own
    std::string text;                   ///< one sentence, as errors are written
};

/// The first boundary case that is not at an end of its time axis: none for the recurrences of the
/// library's cells and for what repeats; a cell exchanged half-way, an operand that changes by hand
/// have one.
std::optional<PatternBreak> first_break(const Rolled& rolled);

}  // namespace revolute
