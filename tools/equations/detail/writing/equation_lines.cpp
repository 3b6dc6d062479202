#include <revolute/tools/equations/detail/writing/equation_lines.hpp>

#include <fmt/format.h>

#include <utility>

namespace revolute::detail {

namespace {

std::int32_t variable_of(const Equation& line) { return line.step ? line.step->axis : 0; }

}  // namespace

Equation line_of(const Definition& definition, const Piece& piece) {
    std::optional<EquationStep> step;
    if (definition.axis) {
        const bool is_fixed = piece.steps.size() == 1;
        step = EquationStep{*definition.axis, is_fixed, is_fixed ? piece.steps.low : 0};
    }
    return {definition.part, definition.name,          step,
            piece.steps,     definition.is_descending, piece.term};
}

std::optional<Limits> limits_of(const Equation& line, const EquationStyle& style) {
    if (!line.step || line.step->is_fixed) return std::nullopt;
    const std::int32_t axis = line.step->axis;
    Limits limits{axis_name(axis), written_step(axis, line.steps.low, style),
                  written_step(axis, line.steps.high, style)};
    if (line.is_descending) std::swap(limits.first, limits.last);
    return limits;
}

std::string in_text(const Limits& limits) {
    return fmt::format("{} = {}..{}", limits.letter, limits.first, limits.last);
}

std::string left_side(const Equation& line, const EquationStyle& style) {
    return written_name(line.name, line.step, variable_of(line), style);
}

std::string right_side(const Equation& line, const EquationStyle& style) {
    return written(line.right, variable_of(line), style).text;
}

}  // namespace revolute::detail
