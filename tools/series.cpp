#include <revolute/graph/error.hpp>
#include <revolute/tools/series.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

std::size_t only_numeric_column(const Table& table) {
    std::vector<std::size_t> numeric;
    for (std::size_t i = 0; i < table.columns().size(); ++i)
        if (table.is_numeric(i)) numeric.push_back(i);
    if (numeric.size() == 2 && numeric.front() == 0) numeric.erase(numeric.begin());
    // Of two columns the second is meant, though a cell of it may be wrong: `numbers` says which.
    if (table.columns().size() <= 2) return table.columns().size() - 1;
    if (numeric.size() != 1)
        throw ParseError(
            fmt::format("{}: it must be said which column is meant (--column)\n"
                        "  columns are: {}",
                        table.source(), fmt::join(table.columns(), ", ")));
    return numeric.front();
}

/// The first column as an axis, when its numbers rise by equal steps.
std::optional<Axis> even_axis(const Table& table) {
    if (!table.is_numeric(0) || table.row_count() < 2) return std::nullopt;
    const std::vector<double> x = table.numbers(0);
    const Axis axis{table.columns().front(), x[0], x[1] - x[0]};
    if (axis.spacing <= 0) return std::nullopt;
    for (std::size_t row = 0; row < x.size(); ++row)
        if (std::abs(x[row] - axis.at(row)) > 1e-6 * axis.spacing) return std::nullopt;
    return axis;
}

}  // namespace

Series read_series(const Table& table, const ColumnNames& names) {
    if (names.inputs.empty())
        throw ParseError(fmt::format("{}: needs at least one column to forecast \"{}\" from",
                                     table.source(), names.target));
    const auto column = [&](const std::string& name) {
        return NumberColumn{name, table.numbers(table.column(name))};
    };
    Series series{
        .source = table.source(), .axis = {}, .target = column(names.target), .inputs = {}};
    for (const std::string& name : names.inputs) {
        if (std::ranges::count(names.inputs, name) > 1)
            throw ParseError(
                fmt::format("{}: column \"{}\" is asked for twice\n"
                            "  asked for are: {}",
                            table.source(), name, fmt::join(names.inputs, ", ")));
        series.inputs.push_back(column(name));
    }
    if (table.column(names.target) != 0) series.axis = even_axis(table).value_or(Axis{});
    return series;
}

Series read_series(const Table& table, std::optional<std::string_view> column) {
    const std::string name =
        column ? std::string(*column) : table.columns()[only_numeric_column(table)];
    return read_series(table, ColumnNames{{name}, name});
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
    const double count = static_cast<double>(values.size());
    Standardisation result;
    for (const double value : values) result.mean += value / count;
    double variance = 0;
    for (const double value : values) {
        const double distance = value - result.mean;
        variance += distance * distance / count;
    }
    result.deviation = std::sqrt(variance);
    const auto [low, high] = std::ranges::minmax(values);
    if (low == high)
        throw EvaluationError(fmt::format("standardisation: {} must differ (all {} are {})", what,
                                          values.size(), low));
    if (!std::isnormal(variance))  // 0 or with few digits, infinite, or NaN
        throw EvaluationError(
            fmt::format("standardisation: the variance of {} must be within the range of doubles "
                        "({})\n  they are from {} to {}: another unit would do",
                        what, variance, low, high));
    return result;
}

std::size_t first_held_out(std::size_t rows, double fraction) {
    return rows - static_cast<std::size_t>(std::llround(static_cast<double>(rows) * fraction));
}

}  // namespace revolute
