#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/next_rows.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace revolute {

namespace {

/// Whether the rows of a series stand on a column of its table.
bool has_axis(const Axis& axis) {
    const Axis counted;
    return axis.dates || !axis.places.empty() || axis.name != counted.name ||
           axis.first != counted.first || axis.spacing != counted.spacing;
}

/// The place that a cell of the axis says, as `Axis::at` gives it.
std::optional<double> place_of(const Table& table, std::size_t row, std::size_t column,
                               const Axis& axis) {
    const std::string_view cell = without_blanks(table.cell(row, column));
    if (!axis.dates) return to_number(cell, table.signs(column));
    if (const auto place = axis.dates->format.parse(cell)) return place;
    const auto iso = DateFormat::of_iso(cell);
    return iso ? iso->parse(cell) : std::nullopt;
}

/// Finds rows of a table by their places.
class RowsByPlace {
 public:
    RowsByPlace(const Table& table, const Axis& axis)
        : table_(table), axis_(axis), column_(table.column(axis.name)) {
        for (std::size_t row = 0; row < table.row_count(); ++row)
            places_.push_back(place_of(table, row, column_, axis));
    }

    /// The row that follows the last one of the series by `ahead`.
    std::size_t find(std::size_t ahead) const {
        constexpr double tolerance = 1e-3;  // of the distance of two rows
        const double place = axis_.at(ahead), distance = place - axis_.at(ahead - 1);
        std::optional<std::size_t> found;
        for (std::size_t row = 0; row < places_.size(); ++row) {
            if (!places_[row] || !(std::abs(*places_[row] - place) <= tolerance * distance))
                continue;
            if (found)
                throw ParseError(fmt::format("{}: two rows are at {} {} (lines {} and {})",
                                             table_.source(), axis_.name, axis_.text(ahead),
                                             table_.line(*found), table_.line(row)));
            found = row;
        }
        if (found) return *found;
        throw ParseError(
            fmt::format("{}: no row is at {} {}, where the next values are needed\n"
                        "  its rows are from {} to {}{}",
                        table_.source(), axis_.name, axis_.text(ahead), table_.cell(0, column_),
                        table_.cell(table_.row_count() - 1, column_), advice_on_places()));
    }

 private:
    /// What is to be done about a row whose place cannot be told, where there is one.
    std::string advice_on_places() const {
        const auto is_unknown = [](const std::optional<double>& place) { return !place; };
        const auto row = std::ranges::find_if(places_, is_unknown) - places_.begin();
        if (row == std::ssize(places_)) return {};
        const auto at = static_cast<std::size_t>(row);
        return fmt::format(
            "\n  \"{}\" in line {} is no {}: {} must be written as in the table before{}",
            table_.cell(at, column_), table_.line(at), axis_.dates ? "date" : "number",
            axis_.dates ? "dates" : "numbers",
            axis_.dates ? fmt::format(", such as {}, or as ISO 8601", axis_.text(0)) : "");
    }

    const Table& table_;
    const Axis& axis_;
    std::size_t column_;
    std::vector<std::optional<double>> places_;
};

/// The rows of the table that follow the last one of the series.
std::vector<std::size_t> next_rows(const Table& table, const Series& series, std::size_t count) {
    if (table.row_count() < count)
        throw ParseError(
            fmt::format("{}: must have a row for each row to be forecast but the last ({} of {})",
                        table.source(), table.row_count(), count));
    std::vector<std::size_t> rows;
    if (count == 0) return rows;
    if (has_axis(series.axis)) {
        const RowsByPlace by_place(table, series.axis);
        for (std::size_t i = 0; i < count; ++i)
            rows.push_back(by_place.find(series.row_count() + i));
    } else {
        for (std::size_t i = 0; i < count; ++i) rows.push_back(i);
    }
    return rows;
}

}  // namespace

std::vector<NumberColumn> read_next_rows(const Table& table, std::span<const std::string> names,
                                         const Series& series, std::size_t count,
                                         const MissingRule& missing) {
    const std::vector<std::size_t> rows = next_rows(table, series, count);
    std::vector<NumberColumn> columns;
    for (const std::string& name : names) {
        const std::vector<double> values = column_values(table, table.column(name), missing).values;
        NumberColumn& column = columns.emplace_back(NumberColumn{name, {}});
        for (const std::size_t row : rows) {
            if (std::isnan(values[row]))
                throw ParseError(
                    fmt::format("{}: the next values must all be there (none in line {}, "
                                "column \"{}\")",
                                table.source(), table.line(row), name));
            column.values.push_back(values[row]);
        }
    }
    return columns;
}

}  // namespace revolute
