// Rolled::at: other numbers of steps, put in where all steps are alike.

#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_growth.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_laws.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_shapes.hpp>
#include <revolute/graph/rolling/rolled.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <variant>

namespace revolute {

namespace {

/// Shapes of a graph of many steps, which grow evenly.
void set_grown_shapes(Rolled& rolled, const detail::Growth& growth, std::int32_t steps) {
    for (std::size_t i = 0; i < rolled.parts.size(); ++i) {
        Part& part = rolled.parts[i];
        const Shape grown = detail::shape_at(growth, i, steps);
        if (grown.rows == 0 || grown.columns == 0)
            throw GraphError(
                fmt::format("rolled: sizes of {} are beyond the range of int in {} steps",
                            detail::name_and_shape(part, part.step_of(0)), steps));
        part.shape = grown;
    }
    for (Part& part : rolled.parts)
        for (std::size_t slot = 0; slot < part.slots.size(); ++slot)
            part.operand_shapes[slot] = rolled[part.slots[slot].front().target].shape;
}

}  // namespace

std::int32_t Rolled::period(std::int32_t axis) const {
    return detail::stretch_of(*this, axis).period;
}

std::optional<std::int32_t> Rolled::least_steps(std::int32_t axis) const {
    const auto growth = detail::find_growth(*this, axis);
    if (const auto* found = std::get_if<detail::Growth>(&growth)) return found->least;
    return std::nullopt;
}

Rolled Rolled::at(std::int32_t steps, std::int32_t axis) const {
    if (steps < 1)
        throw GraphError(
            fmt::format("rolled: the number of steps must be at least 1 ({} asked for)", steps));
    const std::int32_t now = this->steps(axis);
    const auto found = detail::find_growth(*this, axis);
    const auto instead = [&] {
        return fmt::format("\n  roll the graph of {} instead", detail::count_of_steps(steps));
    };
    if (const auto* reason = std::get_if<std::string>(&found))
        throw GraphError(*reason + instead());
    const detail::Growth& growth = std::get<detail::Growth>(found);
    if ((steps - now) % growth.stretch.period != 0)
        throw GraphError(fmt::format("rolled: everything comes again every {} steps, so {} can "
                                     "become {} or {} ({} asked for)",
                                     growth.stretch.period, detail::count_of_steps(now),
                                     now + growth.stretch.period, now + 2 * growth.stretch.period,
                                     steps) +
                         instead());
    if (steps < growth.least)
        throw GraphError(
            fmt::format("rolled: boundary cases meet in fewer than {} steps ({} asked for)",
                        growth.least, steps) +
            instead());
    Rolled known = *this;
    known.laws = growth.laws;
    Rolled result = *detail::stretched(known, axis, growth.stretch, steps - now);
    if (steps > growth.steps) {
        set_grown_shapes(result, growth, steps);
    } else if (const auto misfit = detail::set_shapes(result)) {
        throw GraphError(detail::misfit_text(result, *misfit, axis) + instead());
    }
    return result;
}

}  // namespace revolute
