#include <revolute/graph/error.hpp>
#include <revolute/tools/forecast_model.hpp>
#include <revolute/tools/sequence_net.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace revolute {

std::string_view name_of(OptimizerKind kind) {
    constexpr std::array names{"adam", "sgd", "rmsprop"};
    return names.at(static_cast<std::size_t>(kind));
}

namespace {

std::string list(std::span<const std::string> names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

template <class Columns>
ColumnNames names_of(const Columns& inputs, const std::string& target) {
    ColumnNames names{.inputs = {}, .target = target};
    for (const auto& input : inputs) names.inputs.push_back(input.name);
    return names;
}

void require_columns(const ForecastModel& model, const Series& series) {
    const ColumnNames wanted = columns_of(model);
    const ColumnNames given = names_of(series.inputs, series.target.name);
    if (wanted != given)
        throw ShapeError(
            fmt::format("forecast: the series must have the columns of the model\n"
                        "  the model forecasts {} from {}\n"
                        "  the series is {} and {}",
                        wanted.target, list(wanted.inputs), given.target, list(given.inputs)));
}

void require_window_before(std::size_t row, const ForecastModel& model) {
    if (row < model.rows_before())
        throw ShapeError(
            fmt::format("forecast: a whole window of {} rows must come before (there are {})",
                        model.rows_before(), row));
}

void require_horizon(const ForecastModel& model, int horizon) {
    if (horizon < 1)
        throw ShapeError(fmt::format("forecast: the horizon must be at least 1 ({})", horizon));
    std::vector<std::string> others = columns_of(model).inputs;
    std::erase(others, model.target);
    if (horizon > 1 && !others.empty())
        throw Error(fmt::format(
            "forecast: the horizon must be 1 for a net that reads other columns than it "
            "forecasts ({})\n  it forecasts {} alone; to go on, it would have to read "
            "the next values of {}",
            horizon, model.target, list(others)));
}

/// The last `count` rows.
Series last_rows(const Series& series, std::size_t count) {
    Series last = series;
    const auto shorten = [&](NumberColumn& column) {
        column.values.erase(column.values.begin(),
                            column.values.end() - static_cast<std::ptrdiff_t>(count));
    };
    shorten(last.target);
    std::ranges::for_each(last.inputs, shorten);
    return last;
}

}  // namespace

ColumnNames columns_of(const ForecastModel& model) { return names_of(model.inputs, model.target); }

Matrix standardised_inputs(const ForecastModel& model, const Series& series) {
    require_columns(model, series);
    Matrix result(static_cast<int>(series.inputs.size()), static_cast<int>(series.row_count()),
                  std::numeric_limits<double>::quiet_NaN());
    for (int i = 0; i < result.rows(); ++i) {
        const auto column = static_cast<std::size_t>(i);
        const std::vector<double> values =
            as_read(series.inputs[column].values, model.settings.reading);
        int row = result.columns() - static_cast<int>(values.size());
        for (const double value : values)
            result(i, row++) = model.inputs[column].level.apply(value);
    }
    return result;
}

std::vector<Matrix> windows_before(std::span<const std::size_t> targets, const Matrix& inputs,
                                   std::size_t window) {
    std::vector<Matrix> result;
    for (std::size_t t = 0; t < window; ++t) {
        Matrix x(inputs.rows(), static_cast<int>(targets.size()));
        for (std::size_t i = 0; i < targets.size(); ++i)
            for (int r = 0; r < x.rows(); ++r)
                x(r, static_cast<int>(i)) = inputs(r, static_cast<int>(targets[i] - window + t));
        result.push_back(std::move(x));
    }
    return result;
}

std::vector<double> forecast_each(const ForecastModel& model, const Series& series,
                                  std::size_t first) {
    require_window_before(first, model);
    const Matrix inputs = standardised_inputs(model, series);
    if (first >= series.row_count()) return {};
    std::vector<std::size_t> targets(series.row_count() - first);
    std::iota(targets.begin(), targets.end(), first);
    SequenceNet net(model.settings.architecture, model.sizes(static_cast<int>(targets.size())));
    const Matrix y = net.answer(
        model.parameters,
        windows_before(targets, inputs, static_cast<std::size_t>(model.settings.window)));
    std::vector<double> forecasts;
    for (std::size_t i = 0; i < targets.size(); ++i)
        forecasts.push_back(series.target.values[targets[i] - 1] +
                            model.change.undo(y.values()[i]));
    return forecasts;
}

std::vector<double> forecast_ahead(const ForecastModel& model, const Series& series, int horizon) {
    require_horizon(model, horizon);
    require_columns(model, series);
    require_window_before(series.row_count(), model);
    const auto window = static_cast<std::size_t>(model.settings.window);
    Series path = last_rows(series, model.rows_before());
    SequenceNet net(model.settings.architecture, model.sizes(1));
    for (int i = 0; i < horizon; ++i) {
        const std::size_t target[] = {path.row_count()};
        const Matrix y = net.answer(
            model.parameters, windows_before(target, standardised_inputs(model, path), window));
        path.target.values.push_back(path.target.values.back() + model.change.undo(y(0, 0)));
        path.inputs.front() = path.target;  // where there is a next round, the only column
    }
    return {path.target.values.end() - horizon, path.target.values.end()};
}

}  // namespace revolute
