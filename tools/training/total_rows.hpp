#pragma once

/// @file
/// Rows of totals, which are no rows of a series.

#include <revolute/tools/tables/csv.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// Throws ParseError naming the lines that are totals, sums or means of others, by the word for it
/// in the first column or in that of the axis, where some rows have one and most have none. Columns
/// in `taken` have numbers.
void require_no_total_rows(const Table& table, std::span<const std::size_t> taken,
                           const std::optional<std::string>& axis);

/// What is to be told of a last row that is read, though it has nothing, or no number or date, in a
/// column where all others have one, as a row of totals may.
std::vector<std::string> notes_on_last_row(const Table& table, std::span<const std::size_t> taken);

}  // namespace revolute
