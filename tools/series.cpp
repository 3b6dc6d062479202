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

Series read_series(const Table& table, std::optional<std::string_view> column) {
    const std::size_t chosen = column ? table.column(*column) : only_numeric_column(table);
    Series series;
    series.source = table.source();
    series.name = table.columns()[chosen];
    series.values = table.numbers(chosen);
    if (chosen != 0) series.axis = even_axis(table).value_or(Axis{});
    return series;
}

Standardisation standardisation_of(std::span<const double> values) {
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
        throw EvaluationError(fmt::format("standardisation: the values must differ (all {} are {})",
                                          values.size(), low));
    return result;
}

std::size_t first_held_out(std::size_t rows, double fraction) {
    return rows - static_cast<std::size_t>(std::llround(static_cast<double>(rows) * fraction));
}

}  // namespace revolute
