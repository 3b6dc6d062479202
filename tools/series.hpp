#pragma once

#include <revolute/tools/csv.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// Where the rows of a series stand on its horizontal axis: in years, say, or counted from 1.
struct Axis {
    std::string name = "row";
    double first = 1;
    double spacing = 1;

    double at(std::size_t row) const { return first + spacing * static_cast<double>(row); }
};

/// One column of a table, row after row at equal distances.
struct Series {
    std::string source;  ///< the file
    std::string name;    ///< the column
    Axis axis;           ///< the table's first column where that rises evenly, else rows
    std::vector<double> values;
};

/// Takes a column out of a table. Without a name: the only numeric column beside the first. Throws
/// ParseError when there is no such column, listing the columns, and for a cell that is not a number.
Series read_series(const Table& table, std::optional<std::string_view> column = std::nullopt);

/// Shift and scale that bring a series to mean 0 and standard deviation 1.
struct Standardisation {
    double mean = 0;
    double deviation = 1;

    double apply(double value) const { return (value - mean) / deviation; }
    double undo(double standard) const { return mean + deviation * standard; }
    friend bool operator==(const Standardisation&, const Standardisation&) = default;
};

/// The standardisation of these values. Throws ShapeError when there are none, EvaluationError when
/// they are all equal.
Standardisation standardisation_of(std::span<const double> values);

/// Number of the first held-out row: the last `fraction` of the rows, rounded, are held out.
std::size_t first_held_out(std::size_t rows, double fraction);

}  // namespace revolute
