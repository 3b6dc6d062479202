#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/name_list.hpp>
#include <revolute/tools/support/norm.hpp>
#include <revolute/tools/training/forecast_model.hpp>
#include <revolute/tools/training/sequence_net.hpp>

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

std::string_view name_of(Precision precision) {
    return precision == Precision::float64 ? "f64" : "f32";
}

namespace {

template <class Columns>
ColumnNames names_of(const Columns& inputs, const Columns& targets) {
    ColumnNames names;
    for (const auto& input : inputs) names.inputs.push_back(input.name);
    for (const auto& target : targets) names.targets.push_back(target.name);
    return names;
}

void require_columns(const ForecastModel& model, const Series& series) {
    const ColumnNames wanted = columns_of(model);
    const ColumnNames given = names_of(series.inputs, series.targets);
    if (wanted != given)
        throw ShapeError(
            fmt::format("forecast: the series must have the columns of the model\n"
                        "  the model forecasts {} from {}\n"
                        "  the series is {} and {}",
                        detail::name_list(wanted.targets), detail::name_list(wanted.inputs),
                        detail::name_list(given.targets), detail::name_list(given.inputs)));
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
    std::ranges::for_each(last.targets, shorten);
    std::ranges::for_each(last.inputs, shorten);
    return last;
}

}  // namespace

ColumnNames columns_of(const ForecastModel& model) { return names_of(model.inputs, model.targets); }

double error_of_all(const ForecastModel& model, std::span<const double> errors) {
    if (errors.size() == 1) return errors.front();
    std::vector<double> standard;
    for (std::size_t i = 0; i < errors.size(); ++i)
        standard.push_back(errors[i] / model.targets[i].level.deviation);
    return root_mean_square(standard);
}

namespace {

/// A row for each column, by its level as the model has it; NaN in rows that have nothing to read
/// yet.
Matrix standardised(std::span<const NumberColumn> columns, std::span<const ModelColumn> levels,
                    Reading reading, std::size_t rows) {
    Matrix result(static_cast<int>(columns.size()), static_cast<int>(rows),
                  std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::vector<double> values = as_read(columns[i].values, reading);
        int row = static_cast<int>(rows - values.size());
        for (const double value : values)
            result(static_cast<int>(i), row++) = levels[i].level.apply(value);
    }
    return result;
}

}  // namespace

Matrix standardised_inputs(const ForecastModel& model, const Series& series) {
    require_columns(model, series);
    return standardised(series.inputs, model.inputs, model.settings.reading, series.row_count());
}

Matrix standardised_changes(const ForecastModel& model, const Series& series) {
    require_columns(model, series);
    return standardised(series.targets, model.targets, Reading::changes, series.row_count());
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

/// What the net reads in column `batch` of its window that is farthest from the mean of the
/// training part.
FarEntry farthest_input(const ForecastModel& model, std::span<const Matrix> window, int batch) {
    FarEntry farthest;
    for (const Matrix& x : window)
        for (int i = 0; i < x.rows(); ++i)
            if (!(std::abs(x(i, batch)) < std::abs(farthest.value)))
                farthest = {x(i, batch), model.inputs[static_cast<std::size_t>(i)].name};
    return farthest;
}

/// A column without values for each target.
std::vector<NumberColumn> empty_columns(const ForecastModel& model) {
    std::vector<NumberColumn> columns;
    for (const ModelColumn& target : model.targets) columns.push_back({target.name, {}});
    return columns;
}

/// Throws unless the forecast of a target in a row, which a window led to, is finite.
void require_finite(double forecast, std::size_t target, const ForecastModel& model,
                    const Series& series, std::size_t row, std::span<const Matrix> window,
                    int batch) {
    if (std::isfinite(forecast)) return;
    constexpr double far = 100, large = 1000;
    const FarEntry input = farthest_input(model, window, batch), weight = largest_weight(model);
    std::string text = fmt::format(
        "forecast: a forecast must be finite ({}{} for {} {})\n"
        "  of what the net read, {} was farthest from the training part: {:.4g} of its deviations",
        forecast, model.targets.size() > 1 ? " of " + model.targets[target].name : std::string(),
        series.axis.name, series.axis.text(row), input.where, input.value);
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

std::vector<NumberColumn> EachForecast::forecast(const ForecastModel& model, std::size_t first,
                                                 std::size_t end) {
    require_window_before(first, model);
    const auto window = static_cast<std::size_t>(model.settings.window);
    std::vector<NumberColumn> forecasts = empty_columns(model);
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
        for (std::size_t k = 0; k < forecasts.size(); ++k)
            for (std::size_t i = 0; i < batch_; ++i) {
                const auto column = static_cast<int>(i);
                const double next = series_.targets[k].values[targets[i] - 1] +
                                    model.targets[k].level.undo(y(static_cast<int>(k), column));
                require_finite(next, k, model, series_, targets[i], windows, column);
                forecasts[k].values.push_back(next);
            }
    }
    return forecasts;
}

std::vector<NumberColumn> forecast_each(const ForecastModel& model, const Series& series,
                                        std::size_t first) {
    return EachForecast(model, series).forecast(model, first, series.row_count());
}

std::vector<std::string> not_forecast(const ForecastModel& model) {
    const ColumnNames names = columns_of(model);
    std::vector<std::string> others = names.inputs;
    std::erase_if(others, [&](const std::string& name) {
        return std::ranges::find(names.targets, name) != names.targets.end();
    });
    return others;
}

void require_horizon(const ForecastModel& model, int horizon, NextRows next) {
    if (horizon < 1)
        throw ShapeError(fmt::format("forecast: the horizon must be at least 1 ({})", horizon));
    const std::vector<std::string> others = not_forecast(model);
    if (horizon > 1 && next == NextRows::unknown && !others.empty())
        throw Error(fmt::format(
            "forecast: the horizon must be 1 for a net that reads other columns than it "
            "forecasts ({})\n  it forecasts {}; to go on, it would have to read "
            "the next values of {}\n"
            "  --future FILE.csv gives them, in a row for each row to be forecast but "
            "the last",
            horizon, detail::name_list(columns_of(model).targets), detail::name_list(others)));
}

namespace {

/// Where the next value of an input comes from: a forecast, or a column of what is given.
struct NextValue {
    const NumberColumn* given = nullptr;
    std::size_t target = 0;
};

std::vector<NextValue> sources_of(const ForecastModel& model, int horizon,
                                  const std::vector<NumberColumn>& next) {
    const ColumnNames names = columns_of(model);
    const std::size_t needed = static_cast<std::size_t>(horizon) - 1;
    std::vector<NextValue> sources;
    for (const std::string& input : names.inputs) {
        const auto target = std::ranges::find(names.targets, input);
        if (target != names.targets.end()) {
            sources.push_back({nullptr, static_cast<std::size_t>(target - names.targets.begin())});
            continue;
        }
        const auto given = std::ranges::find(next, input, &NumberColumn::name);
        const std::size_t count = given == next.end() ? 0 : given->values.size();
        if (count < needed)
            throw ShapeError(
                fmt::format("forecast: the next values of \"{}\" must be known in all rows to be "
                            "forecast but the last ({} of {})",
                            input, count, needed));
        sources.push_back({needed > 0 ? &*given : nullptr, 0});
    }
    return sources;
}

/// A path into the rows after the last one.
class Path {
 public:
    Path(const ForecastModel& model, const Series& series)
        : model_(model),
          series_(series),
          last_(last_rows(series, model.rows_before())),
          net_(model.settings.architecture, model.sizes(1)) {
        const std::size_t target[] = {last_.row_count()};
        window_ = windows_before(target, standardised_inputs(model, last_),
                                 static_cast<std::size_t>(model.settings.window));
        net_.set_parameters(model.parameters);
        for (const NumberColumn& column : last_.targets) at_.push_back(column.values.back());
        for (const NumberColumn& column : last_.inputs) read_.push_back(column.values.back());
    }

    /// The targets in the next row.
    const std::vector<double>& forecast() {
        const Matrix y = net_.answer(window_);
        for (std::size_t k = 0; k < at_.size(); ++k) {
            const double next = at_[k] + model_.targets[k].level.undo(y(static_cast<int>(k), 0));
            require_finite(next, k, model_, series_, series_.row_count() + rows_, window_, 0);
            at_[k] = next;
        }
        return at_;
    }

    /// Moves the window to the row that was forecast.
    void go_on(const std::vector<NextValue>& sources) {
        std::rotate(window_.begin(), window_.begin() + 1, window_.end());
        for (std::size_t i = 0; i < sources.size(); ++i) {
            const double next =
                sources[i].given ? sources[i].given->values[rows_] : at_[sources[i].target];
            const std::vector<double> read =
                as_read(std::array{read_[i], next}, model_.settings.reading);
            window_.back()(static_cast<int>(i), 0) = model_.inputs[i].level.apply(read.back());
            read_[i] = next;
        }
        ++rows_;
    }

 private:
    const ForecastModel& model_;
    const Series& series_;
    Series last_;
    SequenceNet net_;
    std::vector<Matrix> window_;
    std::vector<double> at_;    // the targets' values in the last row
    std::vector<double> read_;  // those of the inputs
    std::size_t rows_ = 0;      // that the window has gone on
};

}  // namespace

std::vector<NumberColumn> forecast_ahead(const ForecastModel& model, const Series& series,
                                         int horizon, const std::vector<NumberColumn>& next,
                                         const std::function<void(int)>& after_row) {
    require_horizon(model, horizon, next.empty() ? NextRows::unknown : NextRows::given);
    require_columns(model, series);
    require_window_before(series.row_count(), model);
    const std::vector<NextValue> sources = sources_of(model, horizon, next);
    Path path(model, series);
    std::vector<NumberColumn> forecasts = empty_columns(model);
    for (int row = 1; row <= horizon; ++row) {
        const std::vector<double>& values = path.forecast();
        for (std::size_t k = 0; k < values.size(); ++k) forecasts[k].values.push_back(values[k]);
        if (after_row) after_row(row);
        if (row < horizon) path.go_on(sources);
    }
    return forecasts;
}

}  // namespace revolute
