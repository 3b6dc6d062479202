#pragma once

/// @file
/// Nets that forecast columns of a table, and their forecasts.

#include <revolute/graph/program/program.hpp>
#include <revolute/graph/values/matrix.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/training/series.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace revolute {

class SequenceNet;

/// The rule that training moves parameters by.
enum class OptimizerKind : std::uint8_t {
    adam,     ///< Adam
    sgd,      ///< Sgd
    rmsprop,  ///< RmsProp
};
/// "adam", "sgd" or "rmsprop".
std::string_view name_of(OptimizerKind kind);
/// "f64" or "f32".
std::string_view name_of(Precision precision);

/// What a training run is told; the defaults are those of `revolute train`.
struct TrainingSettings {
    Architecture architecture;          ///< cell, layers and directions
    Reading reading = Reading::values;  ///< changes suit columns that keep rising
    int window = 25;                    ///< rows that the net reads for one forecast
    int hidden = 32;                    ///< units of each layer and direction
    /// Epochs in all, those of a training that is resumed among them.
    int epochs = 200;
    int batch = 0;  ///< windows in one step of the optimiser; 0: all
    /// The rule.
    OptimizerKind optimizer = OptimizerKind::adam;
    /// Of the rule.
    double learning_rate = 0.002;
    double momentum = 0.9;  ///< of sgd
    double clip = 1;        ///< limit of the gradients' global norm; 0: none
    /// Of the weights and of the order of windows.
    std::uint64_t seed = 1;
    Precision precision = Precision::float64;  ///< in which the training computes

    friend bool operator==(const TrainingSettings&, const TrainingSettings&) = default;
};

/// A column that a net reads or forecasts.
struct ModelColumn {
    std::string name;       ///< in the table
    Standardisation level;  ///< of what is read of it, or of its changes

    friend bool operator==(const ModelColumn&, const ModelColumn&) = default;
};

/// A net that forecasts the next values of columns from a window of rows: it reads the standardised
/// values of its columns, or their changes, and answers with the standardised change of each target
/// from the last value to the next.
struct ForecastModel {
    std::vector<ModelColumn> inputs;  ///< what the net reads, in the order of its rows
    /// The columns that are forecast, inputs or not; standardised are their changes from one value
    /// to the next.
    std::vector<ModelColumn> targets;
    std::vector<Matrix> parameters;  ///< in the order of RecurrentNet::parameters()
    TrainingSettings settings;       ///< architecture, reading, window and hidden are the net's
    int epochs_done = 0;             ///< since the training began
    int training_rows = 0;           ///< the first ones of the series
    /// The part of them that was set aside for validation, 0 for none; not known of files that do
    /// not say it.
    std::optional<double> validation{};

    /// Rows that must come before one that is forecast: the window, and one more for its first
    /// change.
    std::size_t rows_before() const {
        return static_cast<std::size_t>(settings.window) +
               (settings.reading == Reading::changes ? 1 : 0);
    }
    /// Sizes of the net for a batch of so many windows.
    Sizes sizes(int batch) const {
        return {.steps = settings.window,
                .input = static_cast<int>(inputs.size()),
                .hidden = settings.hidden,
                .output = static_cast<int>(targets.size()),
                .batch = batch};
    }
    friend bool operator==(const ForecastModel&, const ForecastModel&) = default;
};

/// What a training needs to go on, beside its model: what the optimiser remembers, and whether the
/// weights that it began with were drawn, so that random numbers are what they would have been.
struct TrainingState {
    std::vector<Matrix> memories;  ///< of the optimiser, as `Update::memories` orders them
    bool drew_weights = true;      ///< else they were given

    friend bool operator==(const TrainingState&, const TrainingState&) = default;
};

/// The columns of a table that the model is for.
ColumnNames columns_of(const ForecastModel& model);

/// The error of all targets together: of one its own, in the units of the data; of several the root
/// of the mean of the squares, each in deviations of its target's changes.
double error_of_all(const ForecastModel& model, std::span<const double> errors);

/// What the net reads of each row: the standardised inputs, [I x rows]; NaN where the first row
/// would have a change. Throws ShapeError unless the series has the columns of the model.
Matrix standardised_inputs(const ForecastModel& model, const Series& series);

/// The standardised changes of the targets to each row from the one before, [O x rows]; NaN in the
/// first. Throws as `standardised_inputs`.
Matrix standardised_changes(const ForecastModel& model, const Series& series);

/// The windows that end before the rows `targets`, as a batch: x(t) [I x B] for each step of the
/// window. `inputs` has a column for each row of the series.
std::vector<Matrix> windows_before(std::span<const std::size_t> targets, const Matrix& inputs,
                                   std::size_t window);

/// One-step-ahead forecasts of a series, each from the true values before it, a thousand rows at a
/// time. It keeps its net from one forecast to the next, in which weights alone may differ.
class EachForecast {
 public:
    /// Throws ShapeError unless the series has the columns of the model.
    EachForecast(const ForecastModel& model, const Series& series);
    /// Gives up the net that it keeps.
    ~EachForecast();
    EachForecast(const EachForecast&) = delete;
    EachForecast& operator=(const EachForecast&) = delete;

    /// Forecasts of each target in the rows first to end - 1. Throws ShapeError unless there is a
    /// whole window before the first, EvaluationError for a forecast that is not finite: it says
    /// what the net read that was farthest from the training part, and what its largest weight is.
    std::vector<NumberColumn> forecast(const ForecastModel& model, std::size_t first,
                                       std::size_t end);

 private:
    const Series& series_;
    Matrix inputs_;
    std::size_t batch_ = 0;  // of the net
    std::unique_ptr<SequenceNet> net_;
};

/// Forecasts of each target in all rows from the first on.
std::vector<NumberColumn> forecast_each(const ForecastModel& model, const Series& series,
                                        std::size_t first);

/// The columns that the net reads and does not forecast.
std::vector<std::string> not_forecast(const ForecastModel& model);

/// What the net reads of the rows after the last one, beside what it forecasts.
enum class NextRows : std::uint8_t {
    unknown,  ///< forecasts alone are known
    given,    ///< other columns are known
};

/// Throws ShapeError for a horizon below 1; Error for one above 1 when the net reads columns that
/// it does not forecast and whose next values are unknown.
void require_horizon(const ForecastModel& model, int horizon, NextRows next = NextRows::unknown);

/// Forecasts of each target in the `horizon` rows after the last one; each forecast is read as if
/// it were the value. `next` has the values of the columns that are read and not forecast in the
/// rows after the last one; the last row that is forecast needs none. Each forecast takes as long
/// as the one before. `after_row` is told how many there are. Throws as `require_horizon` and
/// `forecast_each`, and ShapeError where `next` has a column too few, or one that is too short.
std::vector<NumberColumn> forecast_ahead(const ForecastModel& model, const Series& series,
                                         int horizon, const std::vector<NumberColumn>& next = {},
                                         const std::function<void(int)>& after_row = {});

}  // namespace revolute
