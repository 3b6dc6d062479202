#include <revolute/graph/detail/not_finite.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace revolute::detail {

std::string to_text(const NotFinite& found) {
    const auto values = found.value.values();
    const auto bad = std::ranges::find_if_not(values, [](double v) { return std::isfinite(v); });
    const auto place = static_cast<int>(bad - values.begin());
    std::string text = fmt::format(
        "{}: {} is not finite ({} at row {}, column {}){}\n  node is {}, {}", found.finder,
        found.op, printable(*bad), place % found.value.rows, place / found.value.rows,
        found.in_step, found.node, to_string(range_of(values)));
    for (const auto& [what, range] : found.operands)
        text += fmt::format("\n  {}, {}", what, to_string(range));
    return text;
}

}  // namespace revolute::detail
