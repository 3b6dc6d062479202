#include <revolute/tools/figures/figure_captions.hpp>

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

// How captions write sums, over steps and of terms beside each other.

namespace revolute {

/// "t = 0..T", "t = 0, t > 1". Empty where a limit has no name: it is a step in the midst of a
/// folded figure, which refuses the terms then.
std::string Captions::limits(std::int32_t axis, const std::set<std::int32_t>& steps) const {
    const std::string letter = axis_name(axis);
    const auto has_name = [&](std::int32_t t) { return !steps_.is_midst({axis, t}); };
    std::string text;
    for (const auto [low, high] : runs_of(steps)) {
        if (!text.empty()) text += ", ";
        if (low == high && has_name(low))
            text += fmt::format("{} = {}", letter, steps_({axis, low}));
        else if (has_name(low) && has_name(high))
            text += fmt::format("{} = {}..{}", letter, steps_({axis, low}), steps_({axis, high}));
        else if (high == steps_.last(axis).t && has_name(low - 1))
            text += fmt::format("{} > {}", letter, steps_({axis, low - 1}));
        else if (has_name(low - 1) && has_name(high + 1))
            text += fmt::format("{} < {} < {}", steps_({axis, low - 1}), letter,
                                steps_({axis, high + 1}));
        else
            return {};
    }
    return text;
}

/// The time axis that a sum runs over, with the steps of its terms: where it has terms of several
/// steps of one axis and belongs to no step itself.
std::optional<Captions::StepsOfSum> Captions::steps_of_sum(NodeId node) const {
    if (graph_.step(node)) return std::nullopt;
    std::map<std::int32_t, std::set<std::int32_t>> steps;  // by axis
    for (const NodeId term : graph_.operands(node))
        if (const Home home = homes_[term]; home.is_step())
            steps[home.step.axis].insert(home.step.t);
    if (steps.size() != 1 || steps.begin()->second.size() == 1) return std::nullopt;
    return StepsOfSum{steps.begin()->first, std::move(steps.begin()->second)};
}

/// What the terms of steps are in a sum over them: "hₜ", "tanh(…)"; empty where they are not alike.
RichText Captions::summand(NodeId node, std::int32_t axis) const {
    std::set<std::string> names, operators;
    for (const NodeId term : graph_.operands(node)) {
        const Home home = homes_[term];
        if (!home.is_step()) continue;
        names.insert(labels_.step(term) == home.step ? names_(term) : "");
        operators.insert(printable(graph_.op(term).name));
    }
    RichText text;
    if (names.size() == 1 && !names.begin()->empty())
        return typeset_name(*names.begin(), axis_name(axis));
    return operators.size() == 1 ? text.add(*operators.begin()).add("(…)") : text;
}

/// A sum sign, over t where terms of several steps of one axis make something that belongs to none;
/// with its limits where steps are not drawn one by one. A sum that has a name is told by that;
/// others say what is summed.
RichText Captions::sum_sign(NodeId node, const std::optional<StepsOfSum>& steps) const {
    RichText text;
    text.add("Σ");
    if (!steps) return text;
    text.add(shows_all_ ? axis_name(steps->axis) : with_minus(limits(steps->axis, steps->steps)),
             Script::subscript);
    const RichText term = names_(node).empty() ? summand(node, steps->axis) : RichText{};
    return term.empty() ? text : text.add(" ").add(term);
}

/// Terms that belong to no step stand behind the sign.
RichText Captions::sum_over_steps(NodeId node, bool whole,
                                  const std::optional<StepsOfSum>& steps) const {
    RichText text = sum_sign(node, steps);
    if (!steps) return text;
    for (const NodeId term : graph_.operands(node)) {
        if (homes_[term].is_step()) continue;
        const WrittenOperand& other = operand(node, term, whole);
        text.add(" + ");
        if (glyph_count(text) + glyph_count(other.text) <= longest_sum)
            text.add(other.text);
        else
            text.add(operator_of(term));
    }
    return text;
}

/// "dW = Σₜ"; of a sum without a name, which is not to be taken for another one, "Σₜ hₜ", "a + b".
RichText Captions::sum_formula(NodeId node, bool whole) const {
    const auto steps = steps_of_sum(node);
    if (steps || !names_(node).empty()) return sum_over_steps(node, whole, steps);
    const RichText spelled = typeset_formula(
        graph_, node,
        [&](NodeId term) -> const WrittenOperand& { return operand(node, term, whole); });
    return is_short(node, whole, spelled) ? spelled : sum_outline(node, whole);
}

/// A long sum: "Σ(a, …)", or "Σₜ hₜ + …".
RichText Captions::sum_outline(NodeId node, bool whole) const {
    const auto steps = steps_of_sum(node);
    RichText text = sum_sign(node, steps);
    if (steps) return text.add(" + …");
    const WrittenOperand& first = operand(node, graph_.operand(node, 0), whole);
    return text.add("(").add(first.text).add(", …)");
}

}  // namespace revolute
