#include <revolute/tools/detail/equation_lines.hpp>

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <utility>

namespace revolute::detail {

namespace {

std::int32_t variable_of(const Equation& line) { return line.step ? line.step->axis : 0; }

/// Whether a name is read at the step of the piece, or at a step of another axis or of a sum.
bool is_read_at_once(const EquationTerm& name, const Definition& definition, const Piece& piece,
                     bool is_in_sum) {
    if (!name.step || is_in_sum || name.step->axis != definition.axis) return true;
    return name.step->t == (name.step->is_fixed ? piece.steps.low : 0);
}

/// Calls `visit(name)` for each name that the definition reads at once.
template <class Visit>
void for_each_read(const Definition& definition, const Visit& visit) {
    std::vector<std::pair<const EquationTerm*, bool>> open;
    for (const Piece& piece : definition.pieces) {
        open.emplace_back(&piece.term, false);
        while (!open.empty()) {
            const auto [term, is_in_sum] = open.back();
            open.pop_back();
            const bool has_variable =
                term->kind == EquationTerm::Kind::sum || term->kind == EquationTerm::Kind::list;
            for (const EquationTerm& operand : term->operands)
                open.emplace_back(&operand, is_in_sum || has_variable);
            if (term->kind == EquationTerm::Kind::name &&
                is_read_at_once(*term, definition, piece, is_in_sum))
                visit(*term);
        }
    }
}

/// By definition: the others that it reads at once.
std::vector<std::vector<std::size_t>> reads_of(const std::vector<Definition>& definitions) {
    using Key = std::tuple<EquationPart, std::string, std::optional<std::int32_t>>;
    std::map<Key, std::size_t> places;
    for (std::size_t i = 0; i < definitions.size(); ++i)
        places[{definitions[i].part, definitions[i].name, definitions[i].axis}] = i;
    std::vector<std::vector<std::size_t>> reads(definitions.size());
    for (std::size_t i = 0; i < definitions.size(); ++i)
        for_each_read(definitions[i], [&](const EquationTerm& name) {
            const auto axis = name.step ? std::optional(name.step->axis) : std::nullopt;
            const auto found = places.find({definitions[i].part, name.name, axis});
            if (found != places.end()) reads[i].push_back(found->second);
        });
    return reads;
}

}  // namespace

std::vector<Definition> in_order(std::vector<Definition> definitions) {
    const std::vector<std::vector<std::size_t>> reads = reads_of(definitions);
    std::vector<bool> is_entered(definitions.size());
    std::vector<Definition> result;
    std::vector<std::pair<std::size_t, std::size_t>>
        open;  // a definition, and how many reads of it
    const auto enter = [&](std::size_t i) {
        if (!is_entered[i]) open.emplace_back(i, 0);
        is_entered[i] = true;
    };
    for (std::size_t i = 0; i < definitions.size(); ++i) {
        enter(i);
        while (!open.empty()) {
            auto& [definition, done] = open.back();
            if (done < reads[definition].size()) {
                enter(reads[definition][done++]);
                continue;
            }
            result.push_back(std::move(definitions[definition]));
            open.pop_back();
        }
    }
    return result;
}

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
