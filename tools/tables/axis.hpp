#pragma once

/// @file
/// The axis of a table's rows: dates or numbers, and what lacks.

#include <revolute/tools/tables/csv.hpp>
#include <revolute/tools/tables/date.hpp>
#include <revolute/tools/tables/missing.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// What the steps of a date axis are counted in.
enum class DateUnit : std::uint8_t {
    second,   ///< at any distance
    weekday,  ///< without Saturdays and Sundays
    month,    ///< of the calendar
};

/// Dates on a scale of equal steps: seconds, days from Monday to Friday, or months. A month's date
/// is one day of it, or its last where it has no such day.
struct DateScale {
    DateUnit unit = DateUnit::second;  ///< the distance of 1 on the scale
    unsigned day = 1;                  ///< of the month
    double of_day = 0;                 ///< seconds from midnight on, for weekdays and months
    DateFormat format;                 ///< how its dates are written

    /// The place of a time on the scale, and back.
    double place(double seconds) const;
    /// The time at a place, in seconds from the beginning of 1970.
    double seconds(double place) const;
    /// Whether a place has a date that can be written, up to the year 9999.
    bool has_date(double place) const;
};

/// Where the rows of a series stand on its horizontal axis: in years, say, on days, or counted
/// from 1.
struct Axis {
    std::string name = "row";          ///< of the column
    double first = 1;                  ///< place of the first row
    double spacing = 1;                ///< from a row to the next
    std::optional<DateScale> dates{};  ///< first and spacing are on this scale
    /// By row, where they are not evenly spaced; after the last one the axis goes on with the
    /// spacing.
    std::vector<double> places{};

    /// The number of a row, or the seconds from 1970 on of its date; of rows after the last one
    /// too.
    double at(std::size_t row) const;
    /// The same as text.
    std::string text(std::size_t row) const;
    /// Whether a row has a text: dates end with the year 9999.
    bool has_text(std::size_t row) const;
    /// The texts of rows from one on.
    std::vector<std::string> texts(std::size_t begin, std::size_t count) const;

 private:
    double place(std::size_t row) const;
};

/// Which axis is meant.
struct AxisOptions {
    /// A column, or "row" to count rows. None: the first column of dates that is not read or
    /// forecast; else the first column, where it is neither and its numbers are at equal distances
    /// in the main.
    std::optional<std::string> name{};
    /// How dates are written, as for strptime; none: by ISO 8601.
    std::optional<std::string> date_format{};
};

/// An axis that a table was found to have.
struct AxisReading {
    Axis axis;  ///< what was found
    /// By row of the axis, oldest first: the row of the table; none for one that was missing.
    std::vector<std::optional<std::size_t>> rows;
    std::vector<std::string> notes;  ///< what is to be told of it
};

/// Finds the axis of the rows of a table; columns in `taken` are not it unless they are named. Rows
/// that are newest first are turned round. By Missing::drop a gap between rows is passed over, by
/// Missing::interpolate rows are put there. Throws ParseError naming line and what to do for rows
/// in disorder, twice at one place, at a distance that is no multiple of the others', and, by
/// Missing::error, for a gap; for dates in another format; and for a column that is named and is no
/// axis.
AxisReading read_axis(const Table& table, std::span<const std::size_t> rows,
                      std::span<const std::size_t> taken, const AxisOptions& options,
                      Missing missing);

}  // namespace revolute
