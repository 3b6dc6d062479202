#include <revolute/graph/leaf.hpp>
#include <revolute/tools/equations/detail/planning/equation_plan.hpp>
#include <revolute/tools/equations/detail/planning/members_needed.hpp>
#include <revolute/tools/equations/detail/writing/equation_lines.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <string_view>

namespace revolute::detail {

namespace {

constexpr Interval always{std::numeric_limits<std::int32_t>::min() / 2,
                          std::numeric_limits<std::int32_t>::max() / 2};

/// As long as the names are, or longer, that are given in the end.
constexpr const char* provisional_name = "delta_99";

/// By what the name of a part of a sum, "delta_h_9", is longer than that of the sum, "h".
constexpr std::size_t longer_name_of_part = std::string_view("delta__9").size();

/// What a line of text has besides a name, "(t)" behind it, and the right-hand side.
constexpr std::size_t around_right_side = indent + 3 + width_of_equals + space_before_limits;

/// The width of "t = T-1..0", or of the longest numbers in its place.
std::size_t width_of_steps(const Rolled& rolled, bool is_general) {
    std::size_t widest = 0;
    for (const AxisSteps& axis : rolled.axes)
        widest = std::max(widest, fmt::format("t = {}..{}", axis.steps, axis.steps).size());
    return is_general ? std::string_view("t = T-1..0").size() : widest;
}

/// Calls `visit(target, steps)` for everything that a part reads: which members of what, at the
/// target's own steps.
template <class Visit>
void for_each_target(const Part& part, const Visit& visit) {
    for (const std::vector<Segment>& slot : part.slots)
        for (const auto& [steps, target, distance] : slot)
            visit(target, Interval{steps.low() - distance, steps.high() - distance});
    for (const Sweep& sweep : part.operands)
        for (const auto& [target, offset] : sweep.elements)
            visit(target, Interval{std::min(sweep.first, sweep.last) + offset,
                                   std::max(sweep.first, sweep.last) + offset});
}

bool has_sum(const EquationTerm& term) {
    return term.kind == EquationTerm::Kind::sum || term.kind == EquationTerm::Kind::list ||
           std::ranges::any_of(term.operands, has_sum);
}

}  // namespace

EquationPlan::EquationPlan(const Rolled& rolled, const EquationOptions& options)
    : rolled_(rolled),
      options_(options),
      names_(rolled, options),
      terms_(rolled, names_, options.sizes),
      has_several_axes_(detail::has_several_axes(rolled)),
      is_for_gradients_(rolled.parts.size()),
      places_(rolled.parts.size()) {
    // The values come first among the outputs, then the gradients and the variables.
    forward_ = members_needed(
        rolled, std::span(rolled.outputs).first(rolled.outputs.size() - 2 * options.variables));
    find_for_gradients();
    find_order();
    count_places();
    name_outputs();
    for (const PartId part : order_) decide(part);
    give_names();
}

void EquationPlan::find_for_gradients() {
    // What labelled parts read, adjoints among them, is for more than the gradients.
    std::vector<bool> is_for_more(rolled_.parts.size());
    const auto first_gradient = rolled_.outputs.size() - 2 * options_.variables;
    std::vector<bool> is_gradient(rolled_.parts.size());
    for (std::size_t i = 0; i < options_.variables; ++i) {
        const auto [part, t] = rolled_.outputs[first_gradient + i];
        const auto label = terms_.label_at(part, t);
        if (!label || names_(part, *label) == names_.gradient(i)) is_gradient[index(part)] = true;
    }
    for (auto component = rolled_.schedule.rbegin(); component != rolled_.schedule.rend();
         ++component)
        for (auto part = component->parts.rbegin(); part != component->parts.rend(); ++part) {
            const bool is_one = is_gradient[index(*part)];
            const bool for_more = is_forward(*part) || component->is_recurrence() ||
                                  is_for_more[index(*part)] ||
                                  (!rolled_[*part].labels.empty() && !is_one);
            is_for_gradients_[index(*part)] = !for_more;
            if (for_more)
                for_each_target(rolled_[*part], [&](PartId target, Interval) {
                    is_for_more[index(target)] = true;
                });
        }
}

/// A depth-first walk along what is written out. A recurrence comes back to where it began, so
/// somewhere in it a name must stand.
void EquationPlan::find_order() {
    enum class Mark : std::uint8_t { none, open, done };
    struct Visit {
        PartId part;
        std::vector<PartId> targets;
    };
    std::vector<Mark> marks(rolled_.parts.size(), Mark::none);
    std::vector<Visit> open;
    const auto enter = [&](PartId part) {
        if (marks[index(part)] != Mark::none) return;
        marks[index(part)] = Mark::open;
        open.push_back({part, {}});
        for_each_target(rolled_[part], [&](PartId target, Interval steps) {
            if (terms_.is_written_out(target, steps)) open.back().targets.push_back(target);
        });
    };
    for (const Component& component : rolled_.schedule)
        for (const PartId root : component.parts) {
            enter(root);
            while (!open.empty()) {
                Visit& visit = open.back();
                if (visit.targets.empty()) {
                    marks[index(visit.part)] = Mark::done;
                    order_.push_back(visit.part);
                    open.pop_back();
                    continue;
                }
                const PartId target = visit.targets.back();
                visit.targets.pop_back();
                if (marks[index(target)] == Mark::open) terms_.give_name(target, provisional_name);
                enter(target);
            }
        }
}

/// What is short is written out as often as it is used, so its operands are written as often, too.
void EquationPlan::count_places() {
    struct Place {
        Interval steps;
        std::uint32_t times;
    };
    std::vector<std::vector<Place>> places(rolled_.parts.size());
    for (auto part = order_.rbegin(); part != order_.rend(); ++part) {
        // Uses at different steps, as in z(0) and in z(t), are not the same value twice.
        std::map<std::int32_t, std::int64_t> changes;
        for (const auto& [steps, times] : places[index(*part)]) {
            changes[steps.low] += times;
            changes[steps.high + 1] -= times;
        }
        std::int64_t now = 0, most = 0;
        for (const auto& [t, change] : changes) most = std::max(most, now += change);
        places_[index(*part)] = static_cast<std::uint32_t>(most);

        const std::uint32_t times = is_short(*part) ? places_[index(*part)] : 1;
        for_each_target(rolled_[*part], [&](PartId target, Interval steps) {
            for (const Interval there : terms_.unlabelled(target, steps))
                places[index(target)].push_back({there, times});
        });
    }
}

/// Values without a label that are asked for; and gradients that are used for something else, too.
void EquationPlan::name_outputs() {
    const std::size_t values = rolled_.outputs.size() - 2 * options_.variables;
    for (std::size_t i = 0; i < rolled_.outputs.size() - options_.variables; ++i) {
        const auto& [part, t] = rolled_.outputs[i];
        if (i == 0 && !options_.loss.empty() && places_[index(part)] == 0) continue;
        if (!is_leaf(rolled_[part]) && !terms_.label_at(part, t) &&
            (i < values || places_[index(part)] > 0))
            terms_.give_name(part, provisional_name);
    }
}

/// Whether it is as good to read as a name: an operator beside one name, as 1 - z(t) or tanh(c(t));
/// or the transpose of such. Repeated columns are not: that is a long word for what several lines
/// read.
bool EquationPlan::is_short(PartId id) const {
    const Part& part = rolled_[id];
    const auto is_simple = [this](PartId target, Interval steps) {
        return is_number(rolled_[target]) || !terms_.is_written_out(target, steps) ||
               is_beside_one_name(target);
    };
    if (part.op->role != Role::transpose) return is_beside_one_name(id);
    bool is_short = true;
    for_each_target(part, [&](PartId target, Interval steps) {
        is_short = is_short && is_simple(target, steps);
    });
    return is_short;
}

bool EquationPlan::is_beside_one_name(PartId id) const {
    const Part& part = rolled_[id];
    if (is_number(part)) return true;
    const std::size_t slots = part.is_family() ? part.slots.size() : part.operands.size();
    if (slots == 0 || slots > 2 || part.op->arity == variadic) return false;
    if (part.op->role == Role::broadcast) return false;
    bool has_only_names = true;
    std::vector<PartId> targets;
    for_each_target(part, [&](PartId target, Interval steps) {
        if (is_number(rolled_[target])) return;
        has_only_names = has_only_names && !terms_.is_written_out(target, steps);
        targets.push_back(target);
    });
    std::ranges::sort(targets);
    return has_only_names && (slots == 1 || targets.empty() || targets.front() == targets.back());
}

void EquationPlan::decide(PartId id) {
    const Part& part = rolled_[id];
    if (is_leaf(part) || is_number(part)) return;
    name_sums_inside(id);
    if (terms_.is_written_out(id, always) && places_[index(id)] > 1 && !is_short(id))
        terms_.give_name(id, provisional_name);
    divide(id);
}

/// A sum has a variable of its own, and is not written where there is one already.
void EquationPlan::name_sums_inside(PartId id) {
    if (!rolled_[id].is_family()) return;
    for_each_target(rolled_[id], [&](PartId target, Interval steps) {
        if (!rolled_[target].is_family() && !is_number(rolled_[target]) &&
            terms_.is_written_out(target, steps) && has_sum(terms_.computed(target)))
            terms_.give_name(target, provisional_name);
    });
}

/// Names what is longest inside of a part until the part can be written on one line. Of a sum, each
/// summand must fit: what they are together has no part, and is divided when the lines are there.
void EquationPlan::divide(PartId id) {
    const std::size_t room = room_for(id);
    const auto is_too_long = [&] {
        const std::size_t piece = longest_piece(id);
        return piece > room || (longest_text(id) > room && piece + longer_name_of_part > room);
    };
    while (is_too_long()) {
        const std::vector<PartId> inside = written_out_in(id);
        if (inside.empty()) return;
        terms_.give_name(
            *std::ranges::max_element(inside, {}, [&](PartId x) { return longest_text(x); }),
            provisional_name);
    }
}

/// What the longest name of the part leaves of a line: members without a label may get one.
std::size_t EquationPlan::room_for(PartId id) const {
    std::size_t name = 0;
    for (std::size_t i = 0; i < rolled_[id].labels.size(); ++i)
        name = std::max(name, names_(id, i).size());
    if (!terms_.unlabelled(id, always).empty())
        name = std::max(name, std::string_view(provisional_name).size());
    const std::size_t taken =
        name + around_right_side + width_of_steps(rolled_, options_.is_general);
    return options_.longest_line - std::min(options_.longest_line, taken);
}

/// Parts that are written out in this one and that a name would make shorter.
std::vector<PartId> EquationPlan::written_out_in(PartId id) const {
    std::vector<PartId> found, open{id};
    while (!open.empty()) {
        const PartId part = open.back();
        open.pop_back();
        for_each_target(rolled_[part], [&](PartId target, Interval steps) {
            if (is_leaf(rolled_[target]) || is_number(rolled_[target]) ||
                !terms_.is_written_out(target, steps))
                return;
            open.push_back(target);
            if (!is_short(target)) found.push_back(target);
        });
    }
    return found;
}

std::vector<EquationTerm> EquationPlan::terms_of(PartId id) const {
    const Part& part = rolled_[id];
    if (!part.is_family()) return {terms_.computed(id)};
    std::vector<EquationTerm> all;
    for (const Interval run : intervals_of(part.runs))
        for (Piece& piece : terms_.computed(id, 0, run)) all.push_back(std::move(piece.term));
    return all;
}

std::size_t EquationPlan::longest_text(PartId id) const {
    std::size_t longest = 0;
    for (const EquationTerm& term : terms_of(id)) longest = std::max(longest, text_length(term));
    return longest;
}

/// The longest text that has to be on one line.
std::size_t EquationPlan::longest_piece(PartId id) const {
    std::size_t longest = 0;
    for (const EquationTerm& term : terms_of(id)) {
        if (term.op != &accumulate_op) longest = std::max(longest, text_length(term));
        for (const EquationTerm& operand : term.operands)
            longest = std::max(longest, text_length(operand));
    }
    return longest;
}

std::size_t EquationPlan::text_length(const EquationTerm& term) const {
    EquationStyle style;
    style.axes = rolled_.axes;
    style.is_general = options_.is_general;
    style.has_several_axes = has_several_axes_;
    return written(term, 0, style).text.size();
}

void EquationPlan::give_names() {
    std::vector<PartId> forward, backward;
    for (const Component& component : rolled_.schedule)
        for (const PartId part : component.parts)
            if (!terms_.given_name(part).empty())
                (is_forward(part) ? forward : backward).push_back(part);
    const auto name = [&](const std::vector<PartId>& parts, const std::string& beginning) {
        for (const PartId part : parts)
            terms_.give_name(
                part, parts.size() == 1 ? names_.unused(beginning) : names_.unused(beginning, 1));
    };
    name(forward, "e");
    name(backward, "delta");
}

}  // namespace revolute::detail
