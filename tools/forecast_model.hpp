#pragma once

#include <revolute/graph/matrix.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/series.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace revolute {

class SequenceNet;

/// The rule that training moves parameters by.
enum class OptimizerKind : std::uint8_t { adam, sgd, rmsprop };
std::string_view name_of(OptimizerKind kind);

/// What a training run is told; the defaults are those of `revolute train`.
struct TrainingSettings {
    Architecture architecture;
    Reading reading = Reading::values;  ///< changes suit columns that keep rising
    int window = 25;                    ///< rows that the net reads for one forecast
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

/// A column that a net reads.
struct InputColumn {
    std::string name;
    Standardisation level;  ///< of what is read of it

    friend bool operator==(const InputColumn&, const InputColumn&) = default;
};

/// A net that forecasts the next value of a column from a window of rows: it reads the standardised
/// values of its columns, or their changes, and answers with the standardised change of the target from
/// the last value to the next.
struct ForecastModel {
    std::vector<InputColumn> inputs;
    std::string target;              ///< the column that is forecast; an input or not
    Standardisation change;          ///< of the target's changes from one value to the next
    std::vector<Matrix> parameters;  ///< in the order of RecurrentNet::parameters()
    TrainingSettings settings;       ///< architecture, reading, window and hidden are the net's
    int epochs_done = 0;
    int training_rows = 0;

    /// Rows that must come before one that is forecast: the window, and one more for its first change.
    std::size_t rows_before() const {
        return static_cast<std::size_t>(settings.window) +
               (settings.reading == Reading::changes ? 1 : 0);
    }
    Sizes sizes(int batch) const {
        return {.steps = settings.window,
                .input = static_cast<int>(inputs.size()),
                .hidden = settings.hidden,
                .output = 1,
                .batch = batch};
    }
    friend bool operator==(const ForecastModel&, const ForecastModel&) = default;
};

/// What a training needs to go on, beside its model: what the optimiser remembers, and whether the
/// weights that it began with were drawn, so that random numbers are what they would have been.
struct TrainingState {
    std::vector<Matrix> memories;
    bool drew_weights = true;

    friend bool operator==(const TrainingState&, const TrainingState&) = default;
};

/// The columns of a table that the model is for.
ColumnNames columns_of(const ForecastModel& model);

/// What the net reads of each row: the standardised inputs, [I x rows]; NaN where the first row would have
/// a change. Throws ShapeError unless the
/// series has the columns of the model.
Matrix standardised_inputs(const ForecastModel& model, const Series& series);

/// The windows that end before the rows `targets`, as a batch: x(t) [I x B] for each step of the window.
/// `inputs` has a column for each row of the series.
std::vector<Matrix> windows_before(std::span<const std::size_t> targets, const Matrix& inputs,
                                   std::size_t window);

/// One-step-ahead forecasts of a series, each from the true values before it, a thousand rows at a time. It
/// keeps its net from one forecast to the next, in which weights alone may differ.
class EachForecast {
 public:
    /// Throws ShapeError unless the series has the columns of the model.
    EachForecast(const ForecastModel& model, const Series& series);
    ~EachForecast();
    EachForecast(const EachForecast&) = delete;
    EachForecast& operator=(const EachForecast&) = delete;

    /// Forecasts of the target in the rows first to end - 1. Throws ShapeError unless there is a whole window
    /// before the first, EvaluationError for a forecast that is not finite: it says what the net read that
    /// was farthest from the training part, and what its largest weight is.
    std::vector<double> forecast(const ForecastModel& model, std::size_t first, std::size_t end);

 private:
    const Series& series_;
    Matrix inputs_;
    std::size_t batch_ = 0;  // of the net
    std::unique_ptr<SequenceNet> net_;
};

/// Forecasts of all rows from the first on.
std::vector<double> forecast_each(const ForecastModel& model, const Series& series,
                                  std::size_t first);

/// Throws ShapeError for a horizon below 1; Error for one above 1 when the net reads other columns than the
/// target, whose next values nobody forecasts.
void require_horizon(const ForecastModel& model, int horizon);

/// Forecasts of the target in the `horizon` rows after the last one; each forecast is read as if it were
/// the value. Each takes as long as the one before. `after_row` is told how many there are. Throws as
/// `require_horizon`, and as `forecast_each`.
std::vector<double> forecast_ahead(const ForecastModel& model, const Series& series, int horizon,
                                   const std::function<void(int)>& after_row = {});

}  // namespace revolute
