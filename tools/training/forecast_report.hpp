#pragma once

/// @file
/// What forecasts of held-out rows are worth, beside persistence and a linear autoregression.

#include <revolute/tools/training/forecast_model.hpp>
#include <revolute/tools/training/plot.hpp>

#include <string>
#include <vector>

namespace revolute {

/// A forecaster's one-step-ahead forecasts of the held-out rows, and their error.
struct HeldOutForecast {
    std::string name;            ///< of the forecaster
    std::vector<double> values;  ///< by held-out row
    double rmse = 0;             ///< in the units of the data
};

/// A target on the held-out rows by the net, beside persistence and, where the training part is
/// long enough to fit it, a linear autoregression of order 9.
struct TargetReport {
    HeldOutForecast net, persistence;               ///< each with its error
    std::optional<HeldOutForecast> autoregression;  ///< none where the training part is too short

    /// The net's error over that of persistence: below 1 it forecasts.
    double rmse_over_persistence() const { return net.rmse / persistence.rmse; }
};

/// The held-out rows of all targets.
struct ForecastReport {
    Series series;                      ///< all rows, held out or not
    std::size_t first = 0;              ///< number of the first held-out row
    std::vector<TargetReport> targets;  ///< in the order of the series
    TargetReport all{};                 ///< errors as `error_of_all`, and no forecasts

    /// That of all targets together.
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
