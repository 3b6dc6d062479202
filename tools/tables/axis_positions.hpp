#pragma once

/// @file
/// The columns of a table that can be an axis, and what is said of those that cannot.

#include <revolute/tools/tables/axis.hpp>
#include <revolute/tools/tables/csv.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// RowNumbers of a table, by number.
using RowNumbers = std::span<const std::size_t>;

/// A column as positions: numbers, or seconds of dates.
struct Positions {
    std::size_t column = 0;              ///< the number of the column
    std::vector<double> values;          ///< by row
    std::optional<DateFormat> format{};  ///< of dates
    std::optional<std::string> note{};   ///< that is to be told of how they are read
};

/// Columns of dates: by the format given, else by that of the first cell. None where a cell is no
/// such date.
std::optional<Positions> dates_in(const Table& table, RowNumbers rows, std::size_t column,
                                  const AxisOptions& options);
/// Numbers, or the months or times that they are; none where a cell is neither.
std::optional<Positions> numbers_or_months_in(const Table& table, RowNumbers rows,
                                              std::size_t column);

/// So far, in steps, a distance may be from a whole number of them.
inline constexpr double step_tolerance = 0.05;
/// The step that most of the distances are about; none when no step is.
std::optional<double> common_step(const std::vector<double>& places);

/// An advice of errors: how to do without an axis.
inline constexpr std::string_view count_rows = "--axis row counts rows, whatever the column says";

/// Throws ParseError for a cell in the way of an axis: `what` must be so, and `advice` is what
/// helps.
[[noreturn]] void refuse_axis(const Table& table, std::size_t column, std::string_view what,
                              std::size_t row, std::string_view advice);
/// Refuses a column that is an axis but for a cell, or that holds dates of another format.
void refuse_broken_axis(const Table& table, RowNumbers rows, std::size_t column,
                        const AxisOptions& options);
/// Refuses a column of texts that change in every row and seem to say when these were, and are not
/// read: rows would be counted, whatever it says.
void refuse_unread_dates(const Table& table, RowNumbers rows, std::size_t column);

}  // namespace revolute
