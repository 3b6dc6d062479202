#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/baselines.hpp>
#include <revolute/tools/training/forecast_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace revolute {

namespace {

constexpr std::size_t autoregression_order = 9;

std::string table_row(const HeldOutForecast& forecast, const HeldOutForecast& persistence) {
    constexpr double most_in_decimals = 1e9;
    const double ratio = forecast.rmse / persistence.rmse;
    return fmt::format(
        "{:<34} {:>9.4g} {:>16}\n", forecast.name, forecast.rmse,
        ratio < most_in_decimals ? fmt::format("{:.3f}", ratio) : fmt::format("{:.4g}", ratio));
}

/// The values of the rows from `begin` on; gaps where there is none because a row is before
/// `first`.
std::vector<double> from_row(std::span<const double> values, std::size_t first, std::size_t begin) {
    std::vector<double> result(first - begin, std::numeric_limits<double>::quiet_NaN());
    result.insert(result.end(), values.begin(), values.end());
    return result;
}

/// The forecasters of one target.
TargetReport report_target(const ForecastModel& model, std::span<const double> values,
                           std::size_t first, std::vector<double> by_net) {
    const auto scored = [&](std::string name, std::vector<double> forecasts) {
        const double rmse = root_mean_square_error(forecasts, values.subspan(first));
        return HeldOutForecast{std::move(name), std::move(forecasts), rmse};
    };
    TargetReport report{scored("recurrent net", std::move(by_net)),
                        scored("persistence (the value before)", persistence(values, first)),
                        std::nullopt};
    const auto training = values.first(static_cast<std::size_t>(model.training_rows));
    if (training.size() >= LinearAutoregression::fewest_values(autoregression_order))
        report.autoregression =
            scored("linear autoregression of order 9",
                   LinearAutoregression(training, autoregression_order).forecasts(values, first));
    return report;
}

/// The errors of all targets together.
TargetReport report_all(const ForecastModel& model, const std::vector<TargetReport>& targets) {
    const auto all = [&](const auto& forecast_of) {
        std::vector<double> errors;
        errors.reserve(targets.size());
        for (const TargetReport& target : targets) errors.push_back(forecast_of(target).rmse);
        return HeldOutForecast{forecast_of(targets.front()).name, {}, error_of_all(model, errors)};
    };
    TargetReport report{all([](const TargetReport& target) { return target.net; }),
                        all([](const TargetReport& target) { return target.persistence; }),
                        std::nullopt};
    if (targets.front().autoregression)
        report.autoregression = all([](const TargetReport& target) {
            return target.autoregression.value();  // they have equally many training rows
        });
    return report;
}

/// The rows of a target's table.
std::string table_rows(const TargetReport& report) {
    std::string text = table_row(report.net, report.persistence);
    text += table_row(report.persistence, report.persistence);
    if (report.autoregression)
        text += table_row(*report.autoregression, report.persistence);
    else
        text += "linear autoregression of order 9   too few training rows to fit it\n";
    return text;
}

std::string table_head(std::string_view what) {
    return fmt::format("\n{:<34} {:>9} {:>16}\n", what, "RMSE", "of persistence");
}

}  // namespace

ForecastReport report_forecasts(const ForecastModel& model, const Series& series,
                                std::size_t first) {
    if (first < static_cast<std::size_t>(model.training_rows) || first >= series.row_count())
        throw ShapeError(
            fmt::format("forecast report: the first held-out row must come after the "
                        "{} training rows of {} ({})",
                        model.training_rows, series.row_count(), first));
    ForecastReport report{series, first, {}};
    std::vector<NumberColumn> by_net = forecast_each(model, series, first);
    for (std::size_t k = 0; k < by_net.size(); ++k)
        report.targets.push_back(
            report_target(model, series.targets[k].values, first, std::move(by_net[k].values)));
    report.all = report_all(model, report.targets);
    return report;
}

ForecastReport report_without_net(const Series& series, std::size_t first) {
    ForecastReport report{series, first, {}};
    for (const NumberColumn& target : series.targets) {
        const HeldOutForecast before{"", persistence(target.values, first), 0};
        HeldOutForecast of_net = before;
        constexpr double near_one = 1 + 1e-6 / 3;  // which fills the digits of what it multiplies
        for (double& value : of_net.values) value *= near_one;
        report.targets.push_back({std::move(of_net), before, std::nullopt});
    }
    return report;
}

std::string to_table(const ForecastReport& report) {
    const Axis& axis = report.series.axis;
    const std::size_t end = report.series.row_count();
    std::string text =
        fmt::format("One step ahead on {} held-out rows, {} {} to {}", end - report.first,
                    axis.name, axis.text(report.first), axis.text(end - 1));
    const std::vector<NumberColumn>& targets = report.series.targets;
    if (targets.size() == 1)
        return text +
               (targets.front().name.empty()
                    ? std::string(", in units of the column:\n")
                    : fmt::format(", in units of {}:\n", targets.front().name)) +
               table_head("") + table_rows(report.targets.front());
    text += ", each column in its units:\n";
    for (std::size_t k = 0; k < targets.size(); ++k)
        text += table_head(targets[k].name) + table_rows(report.targets[k]);
    return text + table_head("all, in deviations of changes") + table_rows(report.all);
}

std::vector<Plot> to_plots(const ForecastReport& report) {
    const Series& series = report.series;
    const std::size_t held_out = series.row_count() - report.first;
    const std::size_t begin = report.first - std::min(report.first, held_out);
    std::vector<Plot> plots;
    for (std::size_t k = 0; k < series.targets.size(); ++k) {
        const NumberColumn& target = series.targets[k];
        Plot plot{.title = fmt::format("{}: one-step-ahead forecasts", target.name),
                  .x_label = series.axis.name,
                  .y_label = target.name,
                  .x = {},
                  .curves = {},
                  .held_out_from = series.axis.at(report.first),
                  .x_as_dates = {}};
        if (series.axis.dates)
            plot.x_as_dates = series.axis.texts(begin, series.row_count() - begin);
        for (std::size_t row = begin; row < series.row_count(); ++row)
            plot.x.push_back(series.axis.at(row));
        const auto add = [&](const char* title, std::span<const double> values, std::size_t first,
                             CurveStyle style) {
            plot.curves.push_back({title, from_row(values, first, begin), style});
        };
        const TargetReport& of_target = report.targets[k];
        add("truth", std::span(target.values).subspan(begin), begin, CurveStyle::faint_line);
        add("persistence", of_target.persistence.values, report.first, CurveStyle::dashes);
        add("recurrent net", of_target.net.values, report.first, CurveStyle::line);
        plots.push_back(std::move(plot));
    }
    return plots;
}

}  // namespace revolute
