#include <revolute/graph/detail/not_finite.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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
