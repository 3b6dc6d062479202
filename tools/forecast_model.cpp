#include <revolute/graph/error.hpp>
#include <revolute/tools/detail/name_list.hpp>
#include <revolute/tools/forecast_model.hpp>
#include <revolute/tools/sequence_net.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

namespace revolute {

std::string_view name_of(OptimizerKind kind) {
    constexpr std::array names{"adam", "sgd", "rmsprop"};
    return names.at(static_cast<std::size_t>(kind));
}

namespace {

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
                        wanted.target, detail::name_list(wanted.inputs), given.target,
                        detail::name_list(given.inputs)));
}

void require_window_before(std::size_t row, const ForecastModel& model) {
    if (row < model.rows_before())
        throw ShapeError(
            fmt::format("forecast: a whole window of {} rows must come before (there are {})",
                        model.rows_before(), row));
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

namespace {

/// Enough for products to be fast, and few enough for the memory of any net that could be trained.
constexpr std::size_t most_at_a_time = 1024;

struct FarEntry {
    double value = 0;
    std::string where;
};

/// The entry of the parameters that is farthest from zero.
FarEntry largest_weight(const ForecastModel& model) {
    FarEntry largest;
    const auto shapes = parameter_shapes(model.settings.architecture, model.sizes(1));
    for (std::size_t i = 0; i < shapes.size(); ++i)
        for (const double entry : model.parameters[i].values())
            if (std::abs(entry) >= std::abs(largest.value)) largest = {entry, shapes[i].name};
    return largest;
}

/// What the net reads in column `batch` of its window that is farthest from the mean of the training part.
FarEntry farthest_input(const ForecastModel& model, std::span<const Matrix> window, int batch) {
    FarEntry farthest;
    for (const Matrix& x : window)
        for (int i = 0; i < x.rows(); ++i)
            if (!(std::abs(x(i, batch)) < std::abs(farthest.value)))
                farthest = {x(i, batch), model.inputs[static_cast<std::size_t>(i)].name};
    return farthest;
}

/// Throws unless the forecast of a row, which a window led to, is finite.
void require_finite(double forecast, const ForecastModel& model, const Series& series,
                    std::size_t row, std::span<const Matrix> window, int batch) {
    if (std::isfinite(forecast)) return;
    constexpr double far = 100, large = 1000;
    const FarEntry input = farthest_input(model, window, batch), weight = largest_weight(model);
    std::string text = fmt::format(
        "forecast: a forecast must be finite ({} for {} {})\n"
        "  of what the net read, {} was farthest from the training part: {:.4g} of its deviations",
        forecast, series.axis.name, series.axis.text(row), input.where, input.value);
    if (!(std::abs(input.value) < far))
        text += row < series.row_count() ? ", out of any range that it learned"
                                         : ", as the forecasts before it, or the data, had left "
                                           "the range that it learned";
    text += fmt::format("\n  the largest weight is {:.4g}, in {}", weight.value, weight.where);
    if (!(std::abs(weight.value) < large))
        text += ": training has diverged; a smaller --learning-rate may help";
    throw EvaluationError(text);
}

}  // namespace

EachForecast::EachForecast(const ForecastModel& model, const Series& series)
    : series_(series), inputs_(standardised_inputs(model, series)) {}

EachForecast::~EachForecast() = default;

std::vector<double> EachForecast::forecast(const ForecastModel& model, std::size_t first,
                                           std::size_t end) {
    require_window_before(first, model);
    const auto window = static_cast<std::size_t>(model.settings.window);
    std::vector<double> forecasts;
    for (std::size_t begin = first; begin < end; begin += batch_) {
        const std::size_t count = std::min(most_at_a_time, end - begin);
        if (count != batch_)
            net_ = std::make_unique<SequenceNet>(model.settings.architecture,
                                                 model.sizes(static_cast<int>(count)));
        if (count != batch_ || begin == first) net_->set_parameters(model.parameters);
        batch_ = count;
        std::vector<std::size_t> targets(batch_);
        std::iota(targets.begin(), targets.end(), begin);
        const std::vector<Matrix> windows = windows_before(targets, inputs_, window);
        const Matrix y = net_->answer(windows);
        for (std::size_t i = 0; i < batch_; ++i) {
            forecasts.push_back(series_.target.values[targets[i] - 1] +
                                model.change.undo(y.values()[i]));
            require_finite(forecasts.back(), model, series_, targets[i], windows,
                           static_cast<int>(i));
        }
    }
    return forecasts;
}

std::vector<double> forecast_each(const ForecastModel& model, const Series& series,
                                  std::size_t first) {
    return EachForecast(model, series).forecast(model, first, series.row_count());
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
            horizon, model.target, detail::name_list(others)));
}

std::vector<double> forecast_ahead(const ForecastModel& model, const Series& series, int horizon,
                                   const std::function<void(int)>& after_row) {
    require_horizon(model, horizon);
    require_columns(model, series);
    require_window_before(series.row_count(), model);
    const Series last = last_rows(series, model.rows_before());
    const std::size_t target[] = {last.row_count()};
    std::vector<Matrix> window = windows_before(target, standardised_inputs(model, last),
                                                static_cast<std::size_t>(model.settings.window));
    SequenceNet net(model.settings.architecture, model.sizes(1));
    net.set_parameters(model.parameters);
    std::vector<double> forecasts;
    double before = series.target.values.back();
    for (int i = 0; i < horizon; ++i) {
        const Matrix y = net.answer(window);
        const double next = before + model.change.undo(y(0, 0));
        require_finite(next, model, series, series.row_count() + forecasts.size(), window, 0);
        forecasts.push_back(next);
        // Where there is a next round the target is the only column.
        const std::vector<double> read = as_read(std::array{before, next}, model.settings.reading);
        std::rotate(window.begin(), window.begin() + 1, window.end());
        window.back()(0, 0) = model.inputs.front().level.apply(read.back());
        before = next;
        if (after_row) after_row(i + 1);
    }
    return forecasts;
}

}  // namespace revolute
