#include <revolute/graph/evaluate/detail/not_finite.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace revolute::detail {

Extent extent_of(Role role, std::size_t operand, Shape operand_shape, Shape result) {
    if (is_elementwise(role) && operand_shape == result) return Extent::entry;
    const bool is_by_column = (role == Role::product && operand == 1) || role == Role::column_sum;
    return is_by_column && operand_shape.columns == result.columns ? Extent::column : Extent::whole;
}

std::string note_of_origin(std::string_view operand, std::string_view origin) {
    return fmt::format("behind {}, the first that is not finite is {}", operand, origin);
}

std::string note_of_output(std::string_view output) { return fmt::format("it reaches {}", output); }

std::string note_of_loss(std::string_view reader) {
    return fmt::format("it is lost in {}, which is finite", reader);
}

bool may_hide(Role role) {
    return !places_entries(role) && role != Role::sum && role != Role::product &&
           role != Role::row_sum && role != Role::column_sum;
}

namespace {

/// What the operator's reference kernel makes of the operands; none where it refuses one.
std::optional<Matrix> made_of(const Op& op, std::span<const double> attributes,
                              std::span<const Matrix> operands, Shape shape) {
    std::vector<ConstMatrixView> views(operands.begin(), operands.end());
    Matrix result(shape);
    try {
        op.evaluate({views, attributes}, result);
    } catch (const EvaluationError&) {
        return std::nullopt;
    }
    return result;
}

}  // namespace

bool counts_for_finite_entries(const Op& op, std::span<const double> attributes,
                               std::span<const Matrix> operands,
                               std::span<const std::vector<bool>> marks, Shape result) {
    const std::optional<Matrix> as_is = made_of(op, attributes, operands, result);
    if (!as_is) return true;
    std::vector<Matrix> others(operands.begin(), operands.end());
    for (const double other : {0.0, 1.0, -1e30, 1e30}) {
        for (std::size_t slot = 0; slot < others.size(); ++slot)
            for (std::size_t i = 0; i < marks[slot].size(); ++i)
                if (marks[slot][i]) others[slot].values()[i] = other;
        const std::optional<Matrix> changed = made_of(op, attributes, others, result);
        if (!changed) return true;
        for (std::size_t i = 0; i < result.size(); ++i)
            if (std::isfinite(as_is->values()[i]) && as_is->values()[i] != changed->values()[i])
                return true;
    }
    return false;
}

bool may_join(Role role) { return !is_elementwise(role) && !places_entries(role); }

std::vector<bool> joined_entries(const Op& op, std::span<const double> attributes,
                                 std::span<const Matrix> operands, Shape result) {
    constexpr double forbidden = -std::numeric_limits<double>::infinity();
    const std::optional<Matrix> as_is = made_of(op, attributes, operands, result);
    if (!as_is || std::ranges::find(as_is->values(), forbidden) == as_is->values().end()) return {};
    std::vector<bool> joined(result.size(), true);
    // Every other one of the entries that are minus infinity becomes finite, and then those between
    // them.
    for (const bool is_turn : {true, false}) {
        std::vector<Matrix> others(operands.begin(), operands.end());
        bool is_even = false;
        for (Matrix& other : others)
            for (double& value : other.values())
                if (value == forbidden && (is_even = !is_even) == is_turn) value = 0;
        const std::optional<Matrix> changed = made_of(op, attributes, others, result);
        if (!changed) return {};
        for (std::size_t i = 0; i < result.size(); ++i)
            joined[i] =
                joined[i] && as_is->values()[i] == forbidden && std::isfinite(changed->values()[i]);
    }
    return joined;
}

std::vector<OriginId> different_origins(std::span<const std::span<const OriginId>> operands) {
    constexpr std::size_t most = 4;
    std::vector<OriginId> all;
    for (const std::span<const OriginId> origins : operands)
        for (const OriginId origin : origins)
            if (origin != 0 && all.size() < most && std::ranges::find(all, origin) == all.end())
                all.push_back(origin);
    return all;
}

std::string note_of_joined(std::span<const std::string> origins) {
    return fmt::format(
        "all that it joins is minus infinity, as where every path is forbidden: it comes from {}",
        fmt::join(origins, " and "));
}

std::string to_text(const NotFinite& found) {
    const auto values = found.value.values();
    auto bad = std::ranges::find_if(values, [](double v) { return std::isnan(v); });
    if (bad == values.end())
        bad = std::ranges::find_if_not(values, [](double v) { return std::isfinite(v); });
    const auto place = static_cast<int>(bad - values.begin());
    std::string text = fmt::format(
        "{}: {} is not finite ({} at row {}, column {}){}\n  node is {}, {}", found.finder,
        found.op, printable(*bad), place % found.value.rows, place / found.value.rows,
        found.in_step, found.node, to_string(range_of(values)));
    for (const auto& [what, range] : found.operands)
        text += fmt::format("\n  {}, {}", what, to_string(range));
    for (const std::string& note : found.notes) text += "\n  " + note;
    return text;
}

}  // namespace revolute::detail
