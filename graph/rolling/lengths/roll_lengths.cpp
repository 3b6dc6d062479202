// Graphs of several numbers of steps compared: what depends on the number, and how.

#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_laws.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_values.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace revolute {

namespace {

constexpr std::int32_t least_that_tell = 8;  // steps

/// The time axis of which the number of steps is varied.
std::int32_t axis_of(const Rolled& rolled) { return rolled.axes.front().axis; }

using RolledWith = std::function<Rolled(std::int32_t)>;

std::string name_of(const Part& part) { return detail::name_and_shape(part, part.step_of(0)); }

/// The first thing that is not the same in two rolled graphs of so many steps, of which the second
/// was built.
std::string first_difference(const Rolled& foretold, const Rolled& built, std::int32_t steps) {
    const auto text = [&](const Part& part, std::string_view what) {
        return fmt::format("roll: {} of {} in {} is not what fewer steps foretell", what,
                           name_of(part), detail::count_of_steps(steps));
    };
    for (std::size_t i = 0; i < std::min(foretold.parts.size(), built.parts.size()); ++i) {
        const Part &a = foretold.parts[i], &b = built.parts[i];
        if (a == b) continue;
        if (a.op != b.op) return text(b, "the operator");
        if (a.attributes != b.attributes || a.slopes != b.slopes || a.scales != b.scales)
            return text(b, "an attribute");
        if (a.shape != b.shape) return text(b, "the shape");
        if (a.axis != b.axis || a.runs != b.runs) return text(b, "the range of steps");
        for (std::size_t slot = 0; slot < std::min(a.slots.size(), b.slots.size()); ++slot)
            if (a.slots[slot] != b.slots[slot]) return text(b, fmt::format("operand {}", slot));
        if (a.slots.size() != b.slots.size() || a.operands != b.operands)
            return text(b, "a list of operands");
        return text(b, "a name");
    }
    return fmt::format(
        "roll: a graph of {} has {} families and nodes, and not {} as fewer steps "
        "foretell",
        detail::count_of_steps(steps), built.parts.size(), foretold.parts.size());
}

/// The attributes of two graphs of `apart` steps more each that differ, with their laws, or the
/// first that has none.
std::variant<AxisLaws, std::string> laws_of(const Rolled& few, const Rolled& more,
                                            std::optional<Rolled>& most, std::int32_t steps,
                                            std::int32_t apart, const RolledWith& rolled_with) {
    const std::int32_t axis = axis_of(few);
    AxisLaws laws{axis, {}};
    const std::int32_t last = steps + 2 * apart;
    if (few.parts.size() != more.parts.size()) return laws;
    for (std::uint32_t i = 0; i < few.parts.size(); ++i) {
        const Part &a = few.parts[i], &b = more.parts[i];
        if (a.op != b.op || a.attributes.size() != b.attributes.size()) return laws;
        for (std::uint32_t k = 0; k < a.attributes.size(); ++k)
            for (const bool is_of_scale : {false, true}) {
                const auto number = [&](const Part& part) {
                    return is_of_scale ? part.scale_of(k).value() : part.attributes[k];
                };
                if (number(a) == number(b)) continue;
                if (!most) most = rolled_with(last);
                if (most->parts.size() != few.parts.size() ||
                    most->parts[i].attributes.size() != a.attributes.size())
                    return first_difference(more, *most, last);
                const std::array values{number(a), number(b), number(most->parts[i])};
                const auto law = detail::fit_law(few.steps(axis), values, apart);
                if (law) {
                    laws.attributes.push_back({PartId{i}, k, *law, is_of_scale});
                    continue;
                }
                return fmt::format(
                    "roll: {}attribute {} of {} is {} in {}, {} in {} and {} in {}, "
                    "which is neither even in the number of steps nor a product or quotient of "
                    "two such numbers, nor a root of these",
                    is_of_scale ? "the scale of " : "", k, name_of(a), values[0],
                    detail::count_of_steps(steps), values[1], steps + apart, values[2], last);
            }
    }
    return laws;
}

/// Gives numbers that follow a law the bits that the builder gave them.
void take_roundings(Rolled& foretold, const Rolled& built) {
    if (!foretold.laws || foretold.parts.size() != built.parts.size()) return;
    for (const auto& [part, attribute, law, is_of_scale] : foretold.laws->attributes) {
        const Part& there = built[part];
        Part& here = foretold.parts[index(part)];
        if (attribute >= there.attributes.size()) continue;
        if (is_of_scale) {
            const LineScale scale = there.scale_of(attribute);
            if (detail::is_foretold(here.scale_of(attribute).value(), scale.value()) &&
                !there.scales.empty())
                here.scales[attribute] = scale;
        } else if (detail::is_foretold(here.attributes[attribute], there.attributes[attribute])) {
            here.attributes[attribute] = there.attributes[attribute];
        }
    }
}

/// What keeps a graph from being that of other lengths: its steps, where they differ.
std::string why_not(const Rolled& rolled, std::string other_reason) {
    const auto broken = first_break(rolled);
    return broken ? broken->text : std::move(other_reason);
}

/// Whether the graph of `more` steps more, which was built with `steps`, is what is foretold; else
/// what is not.
std::string contradiction(const Rolled& rolled, const Rolled& built, std::int32_t more,
                          std::int32_t steps) {
    try {
        const std::int32_t axis = axis_of(rolled);
        Rolled foretold = rolled.at(rolled.steps(axis) + more, axis);
        take_roundings(foretold, built);
        if (foretold == built) return "";
        return why_not(rolled, first_difference(foretold, built, steps));
    } catch (const GraphError& refusal) {
        const std::string text = refusal.what();
        return why_not(rolled, text.substr(0, text.rfind('\n')));
    }
}

/// A number of steps in which patterns show that a few do not, of a graph that is built quickly: a
/// multiple of `apart` more, at most `most`. Not a round one, which sizes of the net may chance to
/// be.
std::int32_t proof_steps(const Rolled& few, std::int32_t steps, std::int32_t apart,
                         std::int32_t most) {
    constexpr std::size_t most_nodes = 100'000;
    const std::size_t nodes_a_step = few.node_count() / static_cast<std::size_t>(steps) + 1;
    const auto built_quickly = static_cast<std::int32_t>(most_nodes / nodes_a_step);
    const std::int32_t wanted = std::min({6 * steps + 5, built_quickly, most});
    return steps + std::max(0, wanted - steps) / apart * apart;
}

/// Compares graphs of `steps` steps, and of one or two times `spacing` periods more.
AnySteps compared(std::int32_t steps, std::int32_t most_steps, const RolledWith& rolled_with,
                  std::int32_t spacing = 1) {
    Rolled few = rolled_with(steps);
    if (few.axes.empty())
        return {std::nullopt,
                "roll: no node has a step; what is made while a Scope with a Step is open gets it",
                steps};
    const std::int32_t apart = spacing * few.period(axis_of(few));
    const Rolled more = rolled_with(steps + apart);
    std::optional<Rolled> most;
    auto laws = laws_of(few, more, most, steps, apart, rolled_with);
    if (auto* reason = std::get_if<std::string>(&laws))
        return {std::nullopt, std::move(*reason), steps};
    few.laws = std::get<AxisLaws>(std::move(laws));
    std::string reason = contradiction(few, more, apart, steps + apart);
    if (reason.empty() && most) reason = contradiction(few, *most, 2 * apart, steps + 2 * apart);
    const std::int32_t many = proof_steps(few, steps, apart, most_steps);
    if (reason.empty() && many > steps + apart) {
        reason = contradiction(few, rolled_with(many), many - steps, many);
    } else if (reason.empty()) {
        reason = why_not(few, "");  // a step in the midst of 8 may be in that of 9, too
    }
    if (!reason.empty()) return {std::nullopt, std::move(reason), steps};
    return {std::move(few), {}, steps};
}

/// Prime numbers of steps that two more follow, each six more than the one before.
constexpr std::array<std::int32_t, 5> first_of_primes{11, 17, 31, 41, 47};

/// Graphs of 11, 17, 23 and, most often, 71 steps, or of more. In a prime number of steps no weight
/// (t+1) / N chances to be what another number is, 1/2 or 1/4, before the last step; in others a
/// value that is multiplied by it may be one that is there already, so that steps are not alike.
/// Other numbers of steps are compared by the values that they give, since nothing but primes is
/// looked at.
AnySteps compared_at_primes(std::int32_t first, std::int32_t most, const RolledWith& rolled_with) {
    constexpr std::int32_t spacing = 6;
    AnySteps found = compared(first, most + 8, rolled_with, spacing);
    if (!found.rolled) return found;
    const std::int32_t axis = axis_of(*found.rolled);
    if (found.rolled->period(axis) != 1) return {std::nullopt, "roll: a pattern repeats", first};
    const std::int32_t of_zero = found.rolled->steps(axis) - first;
    for (const std::int32_t steps : {8, 9, 10, 12, 16})
        if (!detail::gives_the_same(*found.rolled, rolled_with(steps), steps + of_zero, axis))
            return {std::nullopt,
                    fmt::format("roll: values in {} steps are not what others foretell", steps),
                    first};
    return found;
}

/// Of neighbouring numbers of steps.
AnySteps compared_nearby(std::int32_t fewest, std::int32_t most, const RolledWith& rolled_with) {
    AnySteps result{std::nullopt,
                    fmt::format("roll: a graph of fewer than {} steps does not tell", fewest), 0};
    for (std::int32_t few = fewest; few < most && !result.rolled; few += few)
        result = compared(few, most, rolled_with);
    return result;
}

}  // namespace

AnySteps roll_any_steps(std::int32_t most, const RolledWith& rolled_with, std::int32_t fewest) {
    constexpr std::int32_t enough_for_primes = 64;
    AnySteps result = compared_nearby(std::max(fewest, least_that_tell), most, rolled_with);
    const auto prime = std::ranges::lower_bound(first_of_primes, fewest);
    if (result.rolled || most < enough_for_primes || prime == first_of_primes.end()) return result;
    AnySteps at_primes = compared_at_primes(*prime, most, rolled_with);
    return at_primes.rolled ? std::move(at_primes) : std::move(result);
}

Rolled roll_for(std::int32_t steps, const RolledWith& rolled_with, BuildableSteps buildable) {
    if (buildable == BuildableSteps::fixed) return rolled_with(steps);
    AnySteps found = compared_nearby(least_that_tell, steps, rolled_with);
    if (!found.rolled) return rolled_with(steps);
    // What comes again every so many steps tells of as many steps and a multiple more.
    const std::int32_t few = found.built_with, axis = axis_of(*found.rolled);
    if (const std::int32_t rest = (steps - few) % found.rolled->period(axis); rest != 0)
        found = compared(few + rest, steps, rolled_with);
    const std::int32_t more = steps - found.built_with;
    return found.rolled && more % found.rolled->period(axis) == 0
               ? found.rolled->at(found.rolled->steps(axis) + more, axis)
               : rolled_with(steps);
}

}  // namespace revolute
