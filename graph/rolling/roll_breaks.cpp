#include <revolute/graph/rolling/detail/first_steps.hpp>
#include <revolute/graph/rolling/detail/roll_reach.hpp>
#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace revolute {

namespace {

using detail::name_and_shape;

/// Looks for the first node made, away from the ends of its axis, that is not as those at other
/// steps. What breaks a pattern is made before what it changes in turn, at later steps and in the
/// derivative.
class BreakSearch {
 public:
    explicit BreakSearch(const Rolled& rolled)
        : rolled_(rolled),
          reaches_(detail::reaches_of(rolled)),
          starts_(detail::first_steps(rolled)) {}

    std::optional<PatternBreak> run() {
        if (auto fixed = read_of_one_step()) return fixed;
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Part& part = rolled_.parts[i];
            for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot)
                consider_cases(PartId{i}, slot);
            for (const StepRange run : part.runs) consider({PartId{i}, run.low()}, std::nullopt);
        }
        if (found_.empty()) return break_in_sums();
        return described(telling());
    }

 private:
    /// What an operand was in the step before.
    struct Change {
        std::uint32_t slot = 0;
        Segment before;
    };
    /// What an attribute was in the step before.
    struct AttributeChange {
        std::uint32_t attribute = 0;
        double before = 0;
    };
    struct Candidate {
        Member member;
        std::optional<Change> change;  ///< none: a node that is new
        std::optional<AttributeChange> attribute{};
    };

    /// Where a member stands in the order of making; in that of its part and step if the graph is
    /// not there.
    std::pair<std::uint32_t, std::int32_t> order_of(Member member) const {
        const std::uint32_t part = index(member.part);
        if (rolled_.nodes.empty()) return {part, member.t};
        return {index(rolled_.nodes[part][rolled_.parts[part].place_of(member.t)]), 0};
    }
    Step step_of(Member member) const { return {*rolled_[member.part].axis, member.t}; }

    void consider(Member member, std::optional<Change> change) {
        const auto [axis, t] = step_of(member);
        if (is_in_the_midst(axis, t)) found_.push_back({member, change});
    }

    /// An operand that is one member at most steps, as each h(t) may read h(0): its cases are as
    /// many as its steps.
    std::optional<PatternBreak> read_of_one_step() const {
        constexpr std::size_t least = 4, unlike = 2;  // two or three steps can be a boundary
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Part& part = rolled_.parts[i];
            for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot) {
                std::map<std::pair<PartId, std::int32_t>, std::vector<std::int32_t>> steps_of;
                for (const Segment& segment : part.slots[slot])
                    if (segment.steps.size() == 1 && rolled_[segment.target].is_family())
                        steps_of[{segment.target, segment.steps.low() - segment.distance}]
                            .push_back(segment.steps.low());
                for (const auto& [read, steps] : steps_of)
                    if (steps.size() >= least && part.size() <= steps.size() + unlike &&
                        2 * std::ssize(steps) >= rolled_.steps(*part.axis))
                        return described({PartId{i}, steps.front()}, slot,
                                         Member{read.first, read.second});
            }
        }
        return std::nullopt;
    }

    PatternBreak described(Member reader, std::uint32_t slot, Member read) const {
        const Step step = step_of(reader);
        return {step, reader, slot,
                fmt::format("roll: steps are not alike from step {} on: operand {} of {} is one "
                            "value in all of them\n  it is {}\n"
                            "  a family reads what is equally far from each of its steps; what is "
                            "computed from that value while no Scope with a Step is open has no "
                            "step, and all steps can read it",
                            to_string(step), slot, name_and_shape(rolled_[reader.part], reader.t),
                            name_and_shape(rolled_[read.part], read.t))};
    }

    /// The steps at which an operand becomes another one. What repeats does so within one period.
    void consider_cases(PartId part, std::uint32_t slot) {
        std::vector<Segment> cases = rolled_[part].slots[slot];
        const auto low_of = [](const Segment& segment) { return segment.steps.low(); };
        std::ranges::sort(cases, {}, low_of);
        for (std::size_t c = 1; c < cases.size(); ++c)
            if (!is_at_own_end(rolled_[part], cases[c].steps.low()))
                consider({part, cases[c].steps.low()}, Change{slot, cases[c - 1]});
        for (const Segment& repeated : cases)
            if (repeated.steps.repeats()) consider_end(part, slot, repeated);
    }

    /// Where a pattern does not go on though there are steps for it.
    void consider_end(PartId id, std::uint32_t slot, const Segment& repeated) {
        const Part& part = rolled_[id];
        const auto [interval, every, times] = repeated.steps;
        const Interval next{interval.low + every * times, interval.high + every * times};
        if (!is_in_the_midst(*part.axis, next.high) || !part.has_member(next.low)) return;
        const Segment& there = part.segment_at(slot, next.low);
        if (there.target != repeated.target || there.distance != repeated.distance)
            found_.push_back({{id, next.low}, Change{slot, repeated}});
    }

    /// How far the recurrences of an axis read, at least one step.
    std::int32_t reach(std::int32_t axis) { return std::max(reaches_[axis], 1); }

    /// What a recurrence starts from can be of its own kind for as long as it is read, what a
    /// derivative makes of it as long again, and what a derivative of that makes, which runs
    /// forward, a third time. A pattern that repeats begins, and ends, within three periods, or
    /// within one more than overlap: windows of truncation that overlap are as long as two, or as
    /// many, of which one may be cut short.
    bool is_in_the_midst(std::int32_t axis, std::int32_t t) {
        const auto [period, is_new] = periods_.try_emplace(axis);
        if (is_new) period->second = rolled_.period(axis);
        const std::int32_t periods = std::max(3, reach(axis) + 1);
        const std::int32_t of_periods = period->second > 1 ? periods * period->second : 0;
        return t - starts_[axis] > 3 * reach(axis) + of_periods &&
               t < rolled_.steps(axis) - 2 * reach(axis) - of_periods;
    }

    /// Whether a family ends where it changes, close to the end of its axis: nothing reads what a
    /// recurrence makes at its last step, so its derivative begins one earlier, and a derivative of
    /// that one earlier again.
    bool is_at_own_end(const Part& part, std::int32_t t) {
        const std::int32_t end = part.hull().high, own = reach(*part.axis);
        return end - t < 2 * own && end >= rolled_.steps(*part.axis) - 3 * own;
    }

    /// A node without step that reads some steps of a family only, from the midst on or up to
    /// there.
    std::optional<PatternBreak> break_in_sums() {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i)
            for (const Sweep& sweep : rolled_.parts[i].operands)
                for (const auto& [part, offset] : sweep.elements) {
                    const auto axis = rolled_[part].axis;
                    if (!axis) continue;
                    const std::int32_t low = std::min(sweep.first, sweep.last) + offset;
                    const std::int32_t behind = std::max(sweep.first, sweep.last) + offset + 1;
                    for (const std::int32_t t : {low, behind})
                        if (is_in_the_midst(*axis, t)) return described({PartId{i}, 0}, part, t);
                }
        return std::nullopt;
    }

    PatternBreak described(Member reader, PartId read, std::int32_t t) const {
        const Step step{*rolled_[read].axis, t};
        const auto text_of = [&](std::int32_t at) {
            return rolled_[read].has_member(at)
                       ? name_and_shape(rolled_[read], at)
                       : "nothing in step " + to_string(Step{step.axis, at});
        };
        return {
            step, reader, std::nullopt,
            fmt::format("roll: steps are not alike from step {} on: {}, which has no step, reads "
                        "{} and {} in different ways",
                        to_string(step), name_and_shape(rolled_[reader.part], 0), text_of(t - 1),
                        text_of(t))};
    }

    /// In the step where the first was made, the first of which can be said what operand changed;
    /// the very first where that can be said of none.
    Candidate telling() {
        const auto order = [this](const Candidate& c) {
            return std::pair(order_of(c.member), !c.change);
        };
        const Step first = step_of(std::ranges::min_element(found_, {}, order)->member);
        std::erase_if(found_, [&](const Candidate& c) { return step_of(c.member) != first; });
        std::ranges::sort(found_, {}, order);
        for (Candidate candidate : found_) {
            if (!candidate.change) candidate.change = change_to(candidate.member);
            if (!candidate.change) candidate.attribute = attribute_change_to(candidate.member);
            if (candidate.change || candidate.attribute) return candidate;
        }
        return found_.front();
    }

    /// What makes a new node different from one of the same kind in the step before, if that is one
    /// operand.
    std::optional<Change> change_to(Member member) const {
        const Part& part = rolled_[member.part];
        const std::int32_t t = member.t - 1;
        for (const Part& other : rolled_.parts) {
            if (other.axis != part.axis || other.op != part.op || other.shape != part.shape ||
                other.attributes != part.attributes || other.slots.size() != part.slots.size() ||
                !other.has_member(t))
                continue;
            std::vector<Change> changes;
            for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot) {
                const Segment &now = part.segment_at(slot, member.t),
                              &then = other.segment_at(slot, t);
                if (now.target != then.target || now.distance != then.distance)
                    changes.push_back({slot, then});
            }
            if (changes.size() == 1) return changes.front();
        }
        return std::nullopt;
    }

    /// The attribute that makes a new node different from one that reads the same in the step
    /// before.
    std::optional<AttributeChange> attribute_change_to(Member member) const {
        const Part& part = rolled_[member.part];
        const std::int32_t t = member.t - 1;
        for (const Part& other : rolled_.parts) {
            if (&other == &part || other.axis != part.axis || other.op != part.op ||
                other.shape != part.shape || other.slots.size() != part.slots.size() ||
                other.attributes.size() != part.attributes.size() || !other.has_member(t))
                continue;
            bool reads_the_same = true;
            for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot) {
                const Segment &now = part.segment_at(slot, member.t),
                              &then = other.segment_at(slot, t);
                reads_the_same &= now.target == then.target && now.distance == then.distance;
            }
            if (!reads_the_same) continue;
            const auto now = part.attributes_at(member.t), then = other.attributes_at(t);
            for (std::uint32_t i = 0; i < now.size(); ++i)
                if (now[i] != then[i]) return AttributeChange{i, then[i]};
        }
        return std::nullopt;
    }

    PatternBreak described(const Candidate& of) const {
        const auto [part, t] = of.member;
        PatternBreak result{step_of(of.member), of.member, std::nullopt, {}};
        result.text =
            fmt::format("roll: steps are not alike from step {} on: ", to_string(result.step));
        const std::string what = name_and_shape(rolled_[part], t);
        if (of.attribute) {
            const auto& [attribute, before] = *of.attribute;
            result.text +=
                fmt::format("attribute {} of {} changes\n  it is {}\n  in step {} it is {}",
                            attribute, what, rolled_[part].attributes_at(t)[attribute],
                            to_string(Step{result.step.axis, t - 1}), before);
            return result;
        }
        if (!of.change) {
            result.text += what + " has no like before";
            return result;
        }
        const auto& [slot, then] = *of.change;
        const Segment& now = rolled_[part].segment_at(slot, t);
        result.slot = slot;
        const Member is{now.target, t - now.distance}, was{then.target, t - 1 - then.distance};
        const auto [is_text, was_text] = told_apart(is, now.distance, was, then.distance);
        result.text +=
            fmt::format("operand {} of {} changes\n  it is {}\n  in step {} it is {}", slot, what,
                        is_text, to_string(Step{result.step.axis, t - 1}), was_text);
        return result;
    }

    /// Two operands in words that are not the same: with the number that they differ in, how far
    /// from the reader's step they stand, or what they read.
    std::pair<std::string, std::string> told_apart(Member a, std::int32_t distance_of_a, Member b,
                                                   std::int32_t distance_of_b) const {
        const Part &of_a = rolled_[a.part], &of_b = rolled_[b.part];
        std::string first = name_and_shape(of_a, a.t), second = name_and_shape(of_b, b.t);
        // Of what repeats, the case before may hold at earlier steps than the one before.
        if (of_b.is_family() && !of_b.has_member(b.t)) return {first, second};
        const bool differ_in_step_alone = distance_of_a == distance_of_b && are_called_alike(a, b);
        if (first != second && !differ_in_step_alone) return {first, second};
        const auto numbers = of_a.attributes_at(a.t), others = of_b.attributes_at(b.t);
        for (std::size_t i = 0; i < std::min(numbers.size(), others.size()); ++i)
            if (numbers[i] != others[i])
                return {fmt::format("{}, whose attribute {} is {}", first, i, numbers[i]),
                        fmt::format("{}, whose attribute {} is {}", second, i, others[i])};
        if (a == b && of_a.is_family())
            return {first + ", " + away(distance_of_a), second + ", " + away(distance_of_b)};
        return {first + of_operands(a), second + of_operands(b)};
    }

    /// Whether words tell two operands apart by their steps at most, which differ because those of
    /// the readers do.
    bool are_called_alike(Member a, Member b) const {
        const Part &of_a = rolled_[a.part], &of_b = rolled_[b.part];
        const PartName* const x = detail::find_label(of_a, a.t);
        const PartName* const y = detail::find_label(of_b, b.t);
        if (of_a.axis != of_b.axis || of_a.op != of_b.op || of_a.shape != of_b.shape) return false;
        if (x == nullptr || y == nullptr) return x == y;
        return x->name == y->name && x->axis == y->axis && x->shift == y->shift;
    }

    static std::string away(std::int32_t distance) {
        if (distance == 0) return "of the same step";
        const std::int32_t size = std::abs(distance);
        return fmt::format("{} {} {}", size, size == 1 ? "step" : "steps",
                           distance > 0 ? "earlier" : "later");
    }

    std::string of_operands(Member member) const {
        const Part& part = rolled_[member.part];
        std::string text;
        const auto add = [&](PartId operand, std::int32_t t) {
            text += (text.empty() ? " of " : ", ") + name_and_shape(rolled_[operand], t);
        };
        for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot) {
            const Segment& segment = part.segment_at(slot, member.t);
            add(segment.target, member.t - segment.distance);
        }
        for (const Sweep& sweep : part.operands)
            add(sweep.elements.front().part, sweep.first + sweep.elements.front().offset);
        return text;
    }

    const Rolled& rolled_;
    std::map<std::int32_t, std::int32_t> reaches_;
    std::map<std::int32_t, std::int32_t> starts_;
    std::map<std::int32_t, std::int32_t> periods_;
    std::vector<Candidate> found_;
};

}  // namespace

std::optional<PatternBreak> first_break(const Rolled& rolled) { return BreakSearch(rolled).run(); }

}  // namespace revolute
