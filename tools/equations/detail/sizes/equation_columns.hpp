#pragma once

#include <revolute/tools/equations/equations.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace revolute::detail {

/// What attributes of a rolled graph come from the number of columns of its batch, told by those of
/// `columns`, `columns + 1` and `columns + 2` columns; where `is_general`, with laws of the number
/// of steps. None when they differ in more than numbers. Throws GraphError where a number has no
/// law.
std::optional<std::vector<AttributeColumns>> attributes_of_columns(
    const std::array<Rolled, 3>& nets, std::int32_t columns, bool is_general);

/// The numbers of columns that the signs of losses call B in LaTeX: those of what they are means
/// over.
std::map<PartId, std::int32_t> columns_of_signs(const Rolled& rolled);
/// Those of nets that `attributes_of_columns` compares which are not those of the batch, though
/// they may be as many.
std::set<std::int32_t> columns_of_other_signs(const std::array<Rolled, 3>& nets,
                                              std::int32_t columns);

}  // namespace revolute::detail
