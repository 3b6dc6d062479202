#pragma once

/// @file
/// The series that nets learn: columns of a table, in order.

#include <revolute/tools/tables/axis.hpp>
#include <revolute/tools/tables/csv.hpp>
#include <revolute/tools/tables/missing.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// Columns of a table, row after row at equal distances: those that are forecast, and those that
/// they are forecast from, which may or may not include them. All have equally many rows.
struct Series {
    std::string source;  ///< the file
    Axis axis;           ///< dates or even numbers of the table, else its rows, counted
    /// What is forecast.
    std::vector<NumberColumn> targets;
    std::vector<NumberColumn> inputs;  ///< at least one
    std::vector<std::string> notes{};  ///< what was done to the rows that one would not expect

    /// Rows of each column.
    std::size_t row_count() const { return inputs.front().values.size(); }
};

/// Which columns of a table are meant.
struct ColumnNames {
    std::vector<std::string> inputs;   ///< what is read
    std::vector<std::string> targets;  ///< what is forecast

    friend bool operator==(const ColumnNames&, const ColumnNames&) = default;
};

/// How a table becomes a series.
struct SeriesOptions {
    AxisOptions axis{};     ///< which axis the rows have
    MissingRule missing{};  ///< what is done about missing values
};

/// Takes columns out of a table, oldest row first. Throws ParseError when there is no such column,
/// listing the columns, when there is no input, or an input or a target twice, what `column_values`
/// throws for cells and `read_axis` and `require_no_total_rows` for rows, and where a missing value
/// has no neighbours to be interpolated between.
Series read_series(const Table& table, const ColumnNames& names, const SeriesOptions& options = {});

/// Takes one column out of a table, to be forecast from itself. Without a name: the only numeric
/// column beside the first. Throws likewise.
Series read_series(const Table& table, std::optional<std::string_view> column = std::nullopt,
                   const SeriesOptions& options = {});

/// The names in a list with commas between them. A name of the table that has commas itself is
/// found too.
std::vector<std::string> names_in_list(std::string_view list, const Table& table);

/// What there is to read of a column: its values, or their changes from one row to the next.
enum class Reading : std::uint8_t {
    values,   ///< as they are
    changes,  ///< from the row before
};
/// "values" or "changes".
std::string_view name_of(Reading reading);

/// The values themselves, or their changes: one fewer.
std::vector<double> as_read(std::span<const double> values, Reading reading);

/// Shift and scale that bring a series to mean 0 and standard deviation 1.
struct Standardisation {
    double mean = 0;       ///< the shift
    double deviation = 1;  ///< the scale, above 0

    /// The value as so many deviations from the mean.
    double apply(double value) const { return (value - mean) / deviation; }
    /// The way back.
    double undo(double standard) const { return mean + deviation * standard; }
    friend bool operator==(const Standardisation&, const Standardisation&) = default;
};

/// The standardisation of these values. Throws ShapeError when there are none, EvaluationError when
/// they are all equal, or their variance is too small or too large for a double; errors call the
/// values `what`.
Standardisation standardisation_of(std::span<const double> values,
                                   std::string_view what = "the values");

/// Number of the first held-out row: the last `fraction` of the rows, rounded, are held out.
std::size_t first_held_out(std::size_t rows, double fraction);

}  // namespace revolute
