#pragma once

#include <revolute/tools/training/forecast_model.hpp>
#include <revolute/tools/training/plot.hpp>

#include <string>
#include <vector>

namespace revolute {

/// A forecaster's one-step-ahead forecasts of the held-out rows, and their error.
struct HeldOutForecast {
    std::string name;
    std::vector<double> values;
    double rmse = 0;  ///< in the units of the data
};

/// A target on the held-out rows by the net, beside persistence and, where the training part is
/// long enough to fit it, a linear autoregression of order 9.
struct TargetReport {
    HeldOutForecast net, persistence;
    std::optional<HeldOutForecast> autoregression;

    double rmse_over_persistence() const { return net.rmse / persistence.rmse; }
};

/// The held-out rows of all targets.
struct ForecastReport {
    Series series;
    std::size_t first = 0;              ///< number of the first held-out row
    std::vector<TargetReport> targets;  ///< in the order of the series
    TargetReport all{};                 ///< errors as `error_of_all`, and no forecasts

    double rmse_over_persistence() const { return all.rmse_over_persistence(); }
};

/// Forecasts the rows from `first` on, which must be at least one and those after the training
/// rows.
ForecastReport report_forecasts(const ForecastModel& model, const Series& series,
                                std::size_t first);

/// The same with persistence in place of the net, in numbers of as many digits: what a report will
/// look like, before there is a model.
ForecastReport report_without_net(const Series& series, std::size_t first);

/// A row for each forecaster: name, RMSE, and RMSE over that of persistence; of several targets
/// such a table for each and for all together.
std::string to_table(const ForecastReport& report);

/// For each target the truth, the net's forecasts and persistence; the last of the training part
/// goes with it, as many rows as were held out.
std::vector<Plot> to_plots(const ForecastReport& report);

}  // namespace revolute
