#pragma once

#include <revolute/graph/matrix.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/tools/series.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// The rule that training moves parameters by.
enum class OptimizerKind : std::uint8_t { adam, sgd };
std::string_view name_of(OptimizerKind kind);

/// What a training run is told; the defaults are those of `revolute train`.
struct TrainingSettings {
    int window = 25;  ///< values that the net reads for one forecast
    int hidden = 32;
    int epochs = 200;
    int batch = 0;  ///< windows in one step of the optimiser; 0: all
    OptimizerKind optimizer = OptimizerKind::adam;
    double learning_rate = 0.002;
    double momentum = 0.9;  ///< of sgd
    double clip = 1;        ///< limit of the gradients' global norm; 0: none
    std::uint64_t seed = 1;

    friend bool operator==(const TrainingSettings&, const TrainingSettings&) = default;
};

/// A net that forecasts the next value of a series from a window of values: it reads the standardised
/// values and answers with the standardised change from the last value to the next.
struct ForecastModel {
    std::string column;
    Standardisation level;           ///< of the values
    Standardisation change;          ///< of the changes from one value to the next
    std::vector<Matrix> parameters;  ///< W, U, b, V, c
    TrainingSettings settings;       ///< window and hidden are the net's sizes
    int epochs_done = 0;
    int training_rows = 0;

    Sizes sizes(int batch) const {
        return {.steps = settings.window,
                .input = 1,
                .hidden = settings.hidden,
                .output = 1,
                .batch = batch};
    }
    friend bool operator==(const ForecastModel&, const ForecastModel&) = default;
};

/// The windows that end before the rows `targets`, as a batch: x(t) [1 x B] for each step of the window.
std::vector<Matrix> windows_before(std::span<const std::size_t> targets,
                                   std::span<const double> values, std::size_t window);

/// One-step-ahead forecasts of values[first], values[first + 1], ..., each from the true values before
/// it. Throws ShapeError unless there is a whole window before the first.
std::vector<double> forecast_each(const ForecastModel& model, std::span<const double> values,
                                  std::size_t first);

/// Forecasts of the `horizon` values after the last one; each forecast is read as if it were the value.
/// Throws ShapeError unless there is a whole window of values, and for a horizon below 1.
std::vector<double> forecast_ahead(const ForecastModel& model, std::span<const double> values,
                                   int horizon);

}  // namespace revolute
