#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/name_list.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/support/norm.hpp>
#include <revolute/tools/tables/cell_advice.hpp>
#include <revolute/tools/training/series.hpp>
#include <revolute/tools/training/total_rows.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace revolute {

namespace {

/// Whether every cell of the column is a number, or missing where that is told from no number.
bool is_numeric(const Table& table, std::size_t column, const MissingRule& rule) {
    try {
        MissingRule lenient = rule;
        lenient.then = Missing::drop;
        const ColumnValues read = column_values(table, column, lenient);
        return std::ranges::any_of(read.values, [](double value) { return !std::isnan(value); });
    } catch (const ParseError&) {
        return false;
    }
}

/// Of a column that is not numeric, though most of its cells are numbers, or would be without a
/// unit: which cell it is that is none. Nothing of other columns.
std::optional<std::string> why_not_numeric(const Table& table, std::size_t column) {
    std::size_t alike = 0;
    std::optional<std::size_t> other;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const std::string& cell = table.cell(row, column);
        const bool is_number = table.number(row, column) || is_usual_for_missing(cell);
        if (is_number || has_number_with_unit(cell)) ++alike;
        if (!is_number && !other) other = row;
    }
    if (!other || 2 * alike <= table.row_count()) return std::nullopt;
    return fmt::format("column \"{}\" is left out, for \"{}\" in line {} is no number (--column)",
                       table.columns()[column], detail::printable(table.cell(*other, column)),
                       table.line(*other));
}

struct OnlyColumn {
    std::size_t number = 0;
    std::vector<std::string> notes{};  ///< on those that are left out
};

OnlyColumn only_numeric_column(const Table& table, const MissingRule& rule) {
    // Of two columns the second is meant, though a cell of it may be wrong: reading it says which.
    if (table.columns().size() <= 2) return {table.columns().size() - 1};
    std::vector<std::size_t> numeric;
    OnlyColumn only;
    for (std::size_t i = 0; i < table.columns().size(); ++i)
        if (is_numeric(table, i, rule))
            numeric.push_back(i);
        else if (auto why = why_not_numeric(table, i); why && i > 0)
            only.notes.push_back(std::move(*why));
    if (numeric.size() == 2 && numeric.front() == 0) numeric.erase(numeric.begin());
    if (numeric.size() != 1)
        throw ParseError(
            fmt::format("{}: it must be said which column is meant (--column)\n"
                        "  columns are: {}{}{}",
                        table.source(), detail::name_list(table.columns()),
                        only.notes.empty() ? "" : "\n  ", fmt::join(only.notes, "\n  ")));
    only.number = numeric.front();
    return only;
}

/// Columns of a table as numbers, each read once.
class SeriesColumns {
 public:
    SeriesColumns(const Table& table, const ColumnNames& names, const SeriesOptions& options)
        : table_(table), missing_(options.missing) {
        for (const std::string& name : names.targets) add(name);
        for (const std::string& name : names.inputs) add(name);
    }

    std::span<const std::size_t> numbers() const { return numbers_; }

    /// The rows that are read: by Missing::drop, those without a missing value.
    std::vector<std::size_t> rows() const {
        std::vector<std::size_t> result;
        for (std::size_t row = 0; row < table_.row_count(); ++row) {
            const auto is_missing = [&](const ColumnValues& column) {
                return std::isnan(column.values[row]);
            };
            if (missing_.then != Missing::drop || std::ranges::none_of(columns_, is_missing))
                result.push_back(row);
        }
        return result;
    }

    /// How many missing values of the table the axis' rows have.
    std::size_t count_missing() const {
        std::size_t count = 0;
        for (const ColumnValues& column : columns_)
            count += static_cast<std::size_t>(std::ranges::count_if(
                column.values, [](double value) { return std::isnan(value); }));
        return count;
    }

    /// A column in the order of the axis, without gaps.
    NumberColumn column(const std::string& name, const AxisReading& axis) const {
        const std::size_t in_table = table_.column(name);
        NumberColumn result{table_.columns()[in_table], {}};
        const auto number = std::ranges::find(numbers_, in_table) - numbers_.begin();
        const std::vector<double>& values = columns_[static_cast<std::size_t>(number)].values;
        for (const std::optional<std::size_t> row : axis.rows)
            result.values.push_back(row ? values[*row] : std::numeric_limits<double>::quiet_NaN());
        fill_in(result, axis);
        return result;
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> result;
        for (const ColumnValues& column : columns_)
            result.insert(result.end(), column.notes.begin(), column.notes.end());
        return result;
    }

 private:
    void add(const std::string& name) {
        const std::size_t number = table_.column(name);
        if (std::ranges::find(numbers_, number) != numbers_.end()) return;
        numbers_.push_back(number);
        columns_.push_back(column_values(table_, number, missing_));
    }

    /// Straight lines over what is missing.
    void fill_in(NumberColumn& column, const AxisReading& axis) const {
        std::vector<double>& values = column.values;
        std::size_t last = values.size();  // the last row with a value: none yet
        for (std::size_t row = 0; row < values.size(); ++row) {
            if (std::isnan(values[row])) continue;
            if (last == values.size() && row > 0) refuse_end(column, axis, 0);
            for (std::size_t i = last + 1; last < values.size() && i < row; ++i) {
                const double part = static_cast<double>(i - last) / static_cast<double>(row - last);
                values[i] = values[last] + part * (values[row] - values[last]);
            }
            last = row;
        }
        if (last + 1 < values.size()) refuse_end(column, axis, last + 1);
    }

    [[noreturn]] void refuse_end(const NumberColumn& column, const AxisReading& axis,
                                 std::size_t row) const {
        throw ParseError(fmt::format(
            "{}: a missing value at an end has no neighbours to be interpolated between\n"
            "  line {}, column \"{}\"\n  --missing drop leaves such rows out",
            table_.source(), table_.line(axis.rows[row].value_or(0)), column.name));
    }

    const Table& table_;
    const MissingRule& missing_;
    std::vector<std::size_t> numbers_;   // of the columns
    std::vector<ColumnValues> columns_;  // alike
};

void require_different(const Table& table, const std::vector<std::string>& names) {
    std::vector<std::string> sorted = names;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (twice != sorted.end())
        throw ParseError(
            fmt::format("{}: column \"{}\" is asked for twice\n"
                        "  asked for are: {}",
                        table.source(), *twice, detail::name_list(names)));
}

void require_columns(const Table& table, const ColumnNames& names) {
    if (names.inputs.empty())
        throw ParseError(fmt::format("{}: needs at least one column to forecast {} from",
                                     table.source(), detail::name_list(names.targets)));
    require_different(table, names.inputs);
    require_different(table, names.targets);
}

/// What became of rows without a value.
void note_missing(const Table& table, std::size_t kept, std::size_t filled, const AxisReading& axis,
                  Series& series) {
    const auto note = [&](std::size_t count, std::string_view noun, std::string_view what) {
        if (count > 0)
            series.notes.push_back(fmt::format("{} {}", detail::plural(count, noun), what));
    };
    note(table.row_count() - kept, "row", "with missing values left out");
    note(filled, "missing value", "filled in on straight lines");
    const auto is_filled = [](const auto& row) { return !row; };
    note(static_cast<std::size_t>(std::ranges::count_if(axis.rows, is_filled)), "missing row",
         "filled in on straight lines");
}

}  // namespace

Series read_series(const Table& table, const ColumnNames& names, const SeriesOptions& options) {
    require_columns(table, names);
    const SeriesColumns columns(table, names, options);
    require_no_total_rows(table, columns.numbers(), options.axis.name);
    const std::vector<std::size_t> rows = columns.rows();
    AxisReading axis =
        read_axis(table, rows, columns.numbers(), options.axis, options.missing.then);
    Series series{.source = table.source(),
                  .axis = std::move(axis.axis),
                  .targets = {},
                  .inputs = {},
                  .notes = columns.notes()};
    for (const std::string& name : names.targets)
        series.targets.push_back(columns.column(name, axis));
    for (const std::string& name : names.inputs)
        series.inputs.push_back(columns.column(name, axis));
    std::ranges::move(axis.notes, std::back_inserter(series.notes));
    std::ranges::move(notes_on_last_row(table, columns.numbers()),
                      std::back_inserter(series.notes));
    const std::size_t filled =
        options.missing.then == Missing::interpolate ? columns.count_missing() : 0;
    note_missing(table, rows.size(), filled, axis, series);
    return series;
}

Series read_series(const Table& table, std::optional<std::string_view> column,
                   const SeriesOptions& options) {
    OnlyColumn only;
    if (!column) only = only_numeric_column(table, options.missing);
    const std::string name = column ? std::string(*column) : table.columns()[only.number];
    Series series = read_series(table, ColumnNames{{name}, {name}}, options);
    series.notes.insert(series.notes.begin(), only.notes.begin(), only.notes.end());
    return series;
}

std::vector<std::string> names_in_list(std::string_view list, const Table& table) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= list.size();) {
        std::size_t end = std::min(list.find(',', begin), list.size());
        for (std::size_t longer = end; longer < list.size();) {
            longer = std::min(list.find(',', longer + 1), list.size());
            const auto name = list.substr(begin, longer - begin);
            if (std::ranges::find(table.columns(), name) != table.columns().end()) end = longer;
        }
        names.emplace_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

std::string_view name_of(Reading reading) {
    return reading == Reading::values ? "values" : "changes";
}

std::vector<double> as_read(std::span<const double> values, Reading reading) {
    if (reading == Reading::values) return {values.begin(), values.end()};
    std::vector<double> changes;
    for (std::size_t i = 1; i < values.size(); ++i) changes.push_back(values[i] - values[i - 1]);
    return changes;
}

Standardisation standardisation_of(std::span<const double> values, std::string_view what) {
    if (values.empty()) throw ShapeError("standardisation: needs at least one value");
    if (values.size() == 1)
        throw EvaluationError(
            fmt::format("standardisation: {} must be two at least to have a deviation (there is "
                        "one, {}): more rows are needed",
                        what, values.front()));
    const double count = static_cast<double>(values.size());
    Standardisation result;
    for (const double value : values) result.mean += value / count;
    const auto [low, high] = std::ranges::minmax(values);
    // Scaled, as squares may be beyond the range of doubles.
    const double scale =
        power_of_two_below(std::max(std::abs(low - result.mean), std::abs(high - result.mean)));
    double variance = 0;
    for (const double value : values) {
        const double distance = (value - result.mean) / scale;
        variance += distance * distance / count;
    }
    result.deviation = scale * std::sqrt(variance);
    if (low == high)
        throw EvaluationError(fmt::format("standardisation: {} must differ (all {} are {})", what,
                                          values.size(), low));
    if (!std::isnormal(result.deviation))  // 0 or with few digits, infinite, or NaN
        throw EvaluationError(
            fmt::format("standardisation: the deviation of {} must be within the range of doubles "
                        "({})\n  they are from {} to {}: another unit would do",
                        what, result.deviation, low, high));
    return result;
}

std::size_t first_held_out(std::size_t rows, double fraction) {
    return rows - static_cast<std::size_t>(std::llround(static_cast<double>(rows) * fraction));
}

}  // namespace revolute
