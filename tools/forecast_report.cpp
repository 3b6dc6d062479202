#include <revolute/graph/error.hpp>
#include <revolute/tools/baselines.hpp>
#include <revolute/tools/forecast_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace revolute {

namespace {

constexpr std::size_t autoregression_order = 9;

std::string table_row(const HeldOutForecast& forecast, const HeldOutForecast& persistence) {
    return fmt::format("{:<34} {:>9.4g} {:>16.3f}\n", forecast.name, forecast.rmse,
                       forecast.rmse / persistence.rmse);
}

/// The values of the rows from `begin` on; gaps where there is none because a row is before `first`.
std::vector<double> from_row(std::span<const double> values, std::size_t first, std::size_t begin) {
    std::vector<double> result(first - begin, std::numeric_limits<double>::quiet_NaN());
    result.insert(result.end(), values.begin(), values.end());
    return result;
}

}  // namespace

ForecastReport report_forecasts(const ForecastModel& model, const Series& series,
                                std::size_t first) {
    if (first < static_cast<std::size_t>(model.training_rows) || first >= series.row_count())
        throw ShapeError(
            fmt::format("forecast report: the first held-out row must come after the "
                        "{} training rows of {} ({})",
                        model.training_rows, series.row_count(), first));
    const std::span values(series.target.values);
    const auto scored = [&](std::string name, std::vector<double> forecasts) {
        const double rmse = root_mean_square_error(forecasts, values.subspan(first));
        return HeldOutForecast{std::move(name), std::move(forecasts), rmse};
    };
    ForecastReport report{
        series, first, scored("recurrent net", forecast_each(model, series, first)),
        scored("persistence (the value before)", persistence(values, first)), std::nullopt};
    const auto training = values.first(static_cast<std::size_t>(model.training_rows));
    if (training.size() >= LinearAutoregression::fewest_values(autoregression_order))
        report.autoregression =
            scored("linear autoregression of order 9",
                   LinearAutoregression(training, autoregression_order).forecasts(values, first));
    return report;
}

ForecastReport report_without_net(const Series& series, std::size_t first) {
    const HeldOutForecast forecast{"", persistence(series.target.values, first), 0};
    return {series, first, forecast, forecast, std::nullopt};
}

std::string to_table(const ForecastReport& report) {
    const Axis& axis = report.series.axis;
    std::string text = fmt::format(
        "One step ahead on {} held-out rows, {} {} to {}, in units of {}:\n\n{:<34} {:>9} {:>16}\n",
        report.net.values.size(), axis.name, axis.text(report.first),
        axis.text(report.series.row_count() - 1), report.series.target.name, "", "RMSE",
        "of persistence");
    text += table_row(report.net, report.persistence);
    text += table_row(report.persistence, report.persistence);
    if (report.autoregression)
        text += table_row(*report.autoregression, report.persistence);
    else
        text += "linear autoregression of order 9   too few training rows to fit it\n";
    return text;
}

Plot to_plot(const ForecastReport& report) {
    const Series& series = report.series;
    const std::size_t held_out = series.row_count() - report.first;
    const std::size_t begin = report.first - std::min(report.first, held_out);
    Plot plot{.title = fmt::format("{}: one-step-ahead forecasts", series.target.name),
              .x_label = series.axis.name,
              .y_label = series.target.name,
              .x = {},
              .curves = {},
              .held_out_from = series.axis.at(report.first),
              .x_as_dates = {}};
    if (series.axis.dates) plot.x_as_dates = series.axis.texts(begin, series.row_count() - begin);
    for (std::size_t row = begin; row < series.row_count(); ++row)
        plot.x.push_back(series.axis.at(row));
    plot.curves.push_back({"truth",
                           from_row(std::span(series.target.values).subspan(begin), begin, begin),
                           CurveStyle::faint_line});
    plot.curves.push_back({"persistence", from_row(report.persistence.values, report.first, begin),
                           CurveStyle::dashes});
    plot.curves.push_back(
        {"recurrent net", from_row(report.net.values, report.first, begin), CurveStyle::line});
    return plot;
}

}  // namespace revolute
