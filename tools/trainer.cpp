#include <revolute/graph/error.hpp>
#include <revolute/tools/sequence_net.hpp>
#include <revolute/tools/state_dict.hpp>
#include <revolute/tools/trainer.hpp>
#include <revolute/tools/training_step.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace revolute {

namespace {

template <class Value>
void require(bool holds, std::string_view requirement, Value actual) {
    if (!holds) throw Error(fmt::format("train: {} ({})", requirement, actual));
}

void require_rows(const Series& series, const ForecastModel& model) {
    const auto rows = static_cast<std::size_t>(model.training_rows);
    if (rows > series.row_count() || rows <= model.rows_before())
        throw ShapeError(fmt::format(
            "train: the training part must have more rows than the window\n"
            "  window is {}{}, the training part has {} of the {} rows of \"{}\" in {}",
            model.settings.window, model.settings.reading == Reading::changes ? " changes" : "",
            rows, series.row_count(), series.target.name, series.source));
}

TrainingRule rule_of(const TrainingSettings& settings) {
    const double rate = settings.learning_rate;
    switch (settings.optimizer) {
        case OptimizerKind::sgd:
            return {Sgd{rate, settings.momentum}, settings.clip};
        case OptimizerKind::rmsprop:
            return {RmsProp{rate}, settings.clip};
        case OptimizerKind::adam:
            break;
    }
    return {Adam{rate}, settings.clip};
}

/// The standardisation of what is read of a column in the first rows.
Standardisation training_standardisation(const NumberColumn& column, std::size_t rows,
                                         Reading reading) {
    return standardisation_of(
        as_read(std::span(column.values).first(rows), reading),
        fmt::format("the {} of \"{}\" in the training part", name_of(reading), column.name));
}

/// The model but for its weights.
ForecastModel untrained_model(const Series& series, std::size_t rows,
                              const TrainingSettings& settings) {
    ForecastModel model;
    model.settings = settings;
    model.training_rows = static_cast<int>(rows);
    require_rows(series, model);
    for (const NumberColumn& input : series.inputs)
        model.inputs.push_back(
            {input.name, training_standardisation(input, rows, settings.reading)});
    model.target = series.target.name;
    model.change = training_standardisation(series.target, rows, Reading::changes);
    return model;
}

void require_parameters(const ForecastModel& model) {
    const auto shapes = parameter_shapes(model.settings.architecture, model.sizes(1));
    if (!std::ranges::equal(model.parameters, shapes, {}, &Matrix::shape, &ParameterShape::shape))
        throw ShapeError(
            fmt::format("train: the weights to start from must be the {} parameters of the net, in "
                        "their shapes ({} given)",
                        shapes.size(), model.parameters.size()));
}

/// Sets the rows of f to 1, in the biases of i f g o.
void open_forget_gate(Matrix& biases) {
    const auto gate = biases.values().size() / 4;
    std::ranges::fill(biases.values().subspan(gate, gate), 1.0);
}

/// One training run.
class Training {
 public:
    Training(const Series& series, std::size_t rows, const TrainingSettings& settings,
             const TrainingHooks& hooks, const std::optional<std::vector<Matrix>>& weights)
        : hooks_(hooks),
          random_(settings.seed),
          model_(untrained_model(series, rows, settings)),
          inputs_(standardised_inputs(model_, series)) {
        model_.parameters =
            weights ? *weights
                    : initial_parameters(settings.architecture, model_.sizes(1), random_);
        require_parameters(model_);
        for (const double change :
             as_read(std::span(series.target.values).first(rows), Reading::changes))
            standard_changes_.push_back(model_.change.apply(change));
        targets_.resize(rows - model_.rows_before());
        std::iota(targets_.begin(), targets_.end(), model_.rows_before());
    }

    TrainingResult run() {
        while (model_.epochs_done < model_.settings.epochs) {
            const std::optional<double> loss = epoch();
            if (!loss) return {std::move(model_), true};
            std::vector<Matrix> parameters = current_->state();
            parameters.resize(model_.parameters.size());
            require_finite(*loss, parameters);
            model_.parameters = std::move(parameters);
            ++model_.epochs_done;
            const double rmse = std::sqrt(2 * *loss) * model_.change.deviation;
            if (hooks_.after_epoch)
                hooks_.after_epoch({model_.epochs_done, rmse, targets_.size(), model_});
        }
        return {std::move(model_), false};
    }

 private:
    std::size_t window() const { return static_cast<std::size_t>(model_.settings.window); }

    /// Mean loss over all windows; none when it was cut short.
    std::optional<double> epoch() {
        const std::size_t size = model_.settings.batch == 0
                                     ? targets_.size()
                                     : static_cast<std::size_t>(model_.settings.batch);
        if (size < targets_.size()) shuffle();
        double sum = 0;
        for (std::size_t begin = 0; begin < targets_.size(); begin += size) {
            if (hooks_.should_stop && hooks_.should_stop()) return std::nullopt;
            const auto batch =
                std::span(targets_).subspan(begin, std::min(size, targets_.size() - begin));
            sum += step(batch) * static_cast<double>(batch.size());
        }
        return sum / static_cast<double>(targets_.size());
    }

    double step(std::span<const std::size_t> batch) {
        const int columns = static_cast<int>(batch.size());
        Matrix target(1, columns);
        for (std::size_t i = 0; i < batch.size(); ++i)
            target.values()[i] = standard_changes_[batch[i] - 1];
        return step_of(columns).run(windows_before(batch, inputs_, window()), target);
    }

    /// The step for a batch of so many windows, which goes on from the last one.
    TrainingStep& step_of(int columns) {
        auto& step = steps_[columns];
        if (!step)
            step = std::make_unique<TrainingStep>(model_.settings.architecture,
                                                  model_.sizes(columns), rule_of(model_.settings),
                                                  hooks_.computed_by, hooks_.finite_figure);
        if (current_ == nullptr)
            step->set_state(step->first_state(model_.parameters));
        else if (current_ != step.get())
            step->set_state(current_->state());
        current_ = step.get();
        return *step;
    }

    /// Fisher and Yates: every order is equally likely.
    void shuffle() {
        for (std::size_t i = targets_.size(); i > 1; --i)
            std::swap(
                targets_[i - 1],
                targets_[static_cast<std::size_t>(random_.uniform(0, static_cast<double>(i)))]);
    }

    void require_finite(double loss, std::span<const Matrix> parameters) const {
        bool is_finite = std::isfinite(loss);
        for (const Matrix& parameter : parameters)
            for (const double entry : parameter.values())
                is_finite = is_finite && std::isfinite(entry);
        if (!is_finite)
            throw EvaluationError(
                fmt::format("train: the loss must stay finite (it did not in epoch {})\n"
                            "  a smaller learning rate may help; it is {}",
                            model_.epochs_done + 1, model_.settings.learning_rate));
    }

    const TrainingHooks& hooks_;
    Random random_;
    ForecastModel model_;                                 // as the last complete epoch left it
    Matrix inputs_;                                       // a column for each row of the series
    std::vector<double> standard_changes_;                // by row - 1
    std::vector<std::size_t> targets_;                    // rows to be forecast
    std::map<int, std::unique_ptr<TrainingStep>> steps_;  // by batch size
    TrainingStep* current_ = nullptr;                     // the last one that ran
};

}  // namespace

void require_valid(const TrainingSettings& settings) {
    const Architecture& net = settings.architecture;
    require(net.layers >= 1, "the number of layers must be at least 1", net.layers);
    require(net.initial == InitialState::zero, "the initial state must be zero", "it is not");
    require(net.loss == LossKind::mse, "the loss must be the squared error", "cross entropy");
    require(net.answers.empty(), "the net must answer once, at its last step",
            fmt::format("answers at {} steps", net.answers.size()));
    require(settings.window >= 1, "the window must be at least 1", settings.window);
    require(settings.hidden >= 1, "the number of hidden units must be at least 1", settings.hidden);
    require(settings.epochs >= 0, "the number of epochs must be at least 0", settings.epochs);
    require(settings.batch >= 0, "the batch must be at least 1, or 0 for all", settings.batch);
    require(std::isfinite(settings.learning_rate) && settings.learning_rate > 0,
            "the learning rate must be above 0", settings.learning_rate);
    require(settings.momentum >= 0 && settings.momentum < 1,
            "the momentum must be at least 0 and below 1", settings.momentum);
    require(std::isfinite(settings.clip) && settings.clip >= 0,
            "the limit for clipping must be above 0, or 0 for none", settings.clip);
}

std::vector<Matrix> initial_parameters(const Architecture& architecture, const Sizes& sizes,
                                       Random& random) {
    StateDict arrays;
    // One after the other: the order of drawing is part of what a seed means.
    for (const auto& [name, shape] : state_dict_shapes(architecture, sizes)) {
        const double factor = name.starts_with("weight_hh") ? 0.5 : 1.0;
        const double bound = factor / std::sqrt(static_cast<double>(shape.columns));
        arrays.push_back(
            {name, is_weight(name) ? random.matrix(shape, -bound, bound) : Matrix(shape)});
        if (has_cell_state(architecture.cell) && name.starts_with("bias_ih"))
            open_forget_gate(arrays.back().value);
    }
    return from_state_dict(architecture, sizes, arrays);
}

TrainingResult train(const Series& series, std::size_t training_rows,
                     const TrainingSettings& settings, const TrainingHooks& hooks,
                     const std::optional<std::vector<Matrix>>& weights) {
    require_valid(settings);
    return Training(series, training_rows, settings, hooks, weights).run();
}

}  // namespace revolute
