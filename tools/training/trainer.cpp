#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/state_dict.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/training/baselines.hpp>
#include <revolute/tools/training/detail/training_settings.hpp>
#include <revolute/tools/training/sequence_net.hpp>
#include <revolute/tools/training/split_step.hpp>
#include <revolute/tools/training/trainer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace revolute {

namespace {

void require_rows(const Series& series, const ForecastModel& model) {
    const auto rows = static_cast<std::size_t>(model.training_rows);
    if (rows > series.row_count() || rows <= model.rows_before())
        throw ShapeError(fmt::format(
            "train: the training part must have more rows than the window\n"
            "  window is {}{}, the training part has {} of the {} rows of {}",
            model.settings.window, model.settings.reading == Reading::changes ? " changes" : "",
            rows, series.row_count(), series.source));
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
    for (const NumberColumn& target : series.targets)
        model.targets.push_back(
            {target.name, training_standardisation(target, rows, Reading::changes)});
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

/// One training run.
class Training {
 public:
    Training(const Series& series, std::size_t rows, const TrainingSettings& settings,
             const TrainingHooks& hooks, const std::optional<std::vector<Matrix>>& weights)
        : hooks_(hooks),
          series_(series),
          random_(settings.seed),
          rows_learned_(rows - validation_rows(rows, hooks)),
          model_(untrained_model(series, rows_learned_, settings)),
          inputs_(standardised_inputs(model_, series)),
          standard_changes_(standardised_changes(model_, series)) {
        model_.parameters =
            weights ? *weights
                    : initial_parameters(settings.architecture, model_.sizes(1), random_);
        require_parameters(model_);
        targets_.resize(rows_learned_ - model_.rows_before());
        std::iota(targets_.begin(), targets_.end(), model_.rows_before());
        model_.training_rows = static_cast<int>(rows);
        model_.validation = hooks.early_stopping ? hooks.early_stopping->fraction : 0.0;
        state_.drew_weights = !weights;
        if (hooks.resume) resume(*hooks.resume);
        model_.settings.precision = hooks_.compile.precision;
        if (settings.epochs > 0) make_steps();
    }

    TrainingResult run() {
        if (model_.epochs_done > 0) validate();  // what a training goes on from may stay the best
        while (model_.epochs_done < model_.settings.epochs && !is_out_of_patience()) {
            try {
                if (!run_epoch()) return result(true);
            } catch (const EvaluationError& error) {
                if (!best_) throw;
                TrainingResult best = result(false);
                best.failure = error.what();
                return best;
            }
        }
        return result(false);
    }

 private:
    /// Whether it was not cut short.
    bool run_epoch() {
        const std::optional<double> loss = epoch();
        if (!loss) return false;
        std::vector<Matrix> parameters = current_->state();
        const auto memories =
            parameters.begin() + static_cast<std::ptrdiff_t>(model_.parameters.size());
        state_.memories.assign(memories, parameters.end());
        parameters.erase(memories, parameters.end());
        model_.parameters = std::move(parameters);
        ++model_.epochs_done;
        validate();
        const double rmse = training_rmse(*loss);
        if (hooks_.after_epoch)
            hooks_.after_epoch(
                {model_.epochs_done, rmse, validation_rmse_, targets_.size(), model_});
        return true;
    }

    static std::size_t validation_rows(std::size_t rows, const TrainingHooks& hooks) {
        if (!hooks.early_stopping) return 0;
        return rows - first_held_out(rows, hooks.early_stopping->fraction);
    }

    /// The loss is half the mean over windows of the sum over targets of squares, in deviations.
    double training_rmse(double loss) const {
        const double of_target = std::sqrt(2 * loss / static_cast<double>(model_.targets.size()));
        return model_.targets.size() == 1 ? of_target * model_.targets.front().level.deviation
                                          : of_target;
    }

    /// The error of the rows that are not learned from, and the best model by it.
    void validate() {
        if (!hooks_.early_stopping) return;
        if (!validation_) validation_ = std::make_unique<EachForecast>(model_, series_);
        const auto rows = static_cast<std::size_t>(model_.training_rows);
        const auto forecasts = validation_->forecast(model_, rows_learned_, rows);
        std::vector<double> errors;
        for (std::size_t k = 0; k < forecasts.size(); ++k)
            errors.push_back(root_mean_square_error(
                forecasts[k].values,
                std::span(series_.targets[k].values).subspan(rows_learned_, rows - rows_learned_)));
        validation_rmse_ = error_of_all(model_, errors);
        if (std::isfinite(*validation_rmse_) && (!best_ || *validation_rmse_ < best_rmse_)) {
            best_ = model_;
            best_state_ = state_;
            best_rmse_ = *validation_rmse_;
        }
    }

    bool is_out_of_patience() const {
        return best_ && model_.epochs_done - best_->epochs_done >= hooks_.early_stopping->patience;
    }

    TrainingResult result(bool was_stopped) {
        const int done = model_.epochs_done;
        if (!best_)
            return {std::move(model_), was_stopped, std::nullopt, std::move(state_), {}, done};
        return {std::move(*best_), was_stopped, best_rmse_, std::move(best_state_), {}, done};
    }

    std::size_t window() const { return static_cast<std::size_t>(model_.settings.window); }

    /// Mean loss over all windows; none when it was cut short.
    std::optional<double> epoch() {
        const std::size_t size = batch_size();
        if (size < targets_.size()) shuffle();
        double sum = 0;
        for (std::size_t begin = 0; begin < targets_.size(); begin += size) {
            if (hooks_.should_stop && hooks_.should_stop()) return std::nullopt;
            const auto batch =
                std::span(targets_).subspan(begin, std::min(size, targets_.size() - begin));
            const double loss = step(batch);
            require_finite(loss, begin / size);
            sum += loss * static_cast<double>(batch.size());
        }
        return sum / static_cast<double>(targets_.size());
    }

    double step(std::span<const std::size_t> batch) {
        return step_of(batch.size()).run([&](std::size_t begin, std::size_t count) {
            const auto part = batch.subspan(begin, count);
            Matrix target(standard_changes_.rows(), static_cast<int>(count));
            for (int i = 0; i < target.columns(); ++i)
                for (int k = 0; k < target.rows(); ++k)
                    target(k, i) =
                        standard_changes_(k, static_cast<int>(part[static_cast<std::size_t>(i)]));
            return Windows{windows_before(part, inputs_, window()), std::move(target)};
        });
    }

    /// The step for a batch of so many windows, which goes on from the last one.
    SplitStep& step_of(std::size_t windows) {
        SplitStep& step = *steps_.at(windows);
        if (current_ == nullptr)
            step.set_state(state_before(step));
        else if (current_ != &step)
            step.set_state(current_->state());
        current_ = &step;
        return step;
    }

    /// What the first step of this run begins with.
    std::vector<Matrix> state_before(const SplitStep& step) const {
        std::vector<Matrix> state = step.first_state(model_.parameters);
        if (state_.memories.empty()) return state;
        std::ranges::copy(state_.memories,
                          state.begin() + static_cast<std::ptrdiff_t>(model_.parameters.size()));
        return state;
    }

    /// Takes up a training: its weights, what its rule remembers, and the order of windows that it
    /// left.
    void resume(const std::pair<ForecastModel, TrainingState>& before) {
        detail::require_same_training(before.first, model_);
        model_.parameters = before.first.parameters;
        model_.epochs_done = before.first.epochs_done;
        state_ = before.second;
        random_ = Random(model_.settings.seed);
        if (state_.drew_weights)
            initial_parameters(model_.settings.architecture, model_.sizes(1), random_);
        for (int epoch = 0; epoch < model_.epochs_done; ++epoch)
            if (batch_size() < targets_.size()) shuffle();
    }

    std::size_t batch_size() const {
        const auto size = static_cast<std::size_t>(model_.settings.batch);
        return size == 0 ? targets_.size() : std::min(size, targets_.size());
    }

    /// The steps of an epoch: for a whole batch, and for what is left over. They share the memory.
    void make_steps() {
        const std::size_t size = batch_size(), rest = targets_.size() % size;
        StepOptions options{hooks_.computed_by, hooks_.compile, hooks_.not_finite};
        options.sharing = rest == 0 ? 1 : 2;
        for (const std::size_t windows : {size, rest}) {
            if (windows == 0) continue;
            steps_[windows] = std::make_unique<SplitStep>(model_.settings.architecture,
                                                          model_.sizes(static_cast<int>(windows)),
                                                          rule_of(model_.settings), options);
        }
        say_memory(size, rest);
    }

    void say_memory(std::size_t windows, std::size_t rest) const {
        if (!hooks_.say || hooks_.computed_by == ComputedBy::reference) return;
        const SplitStep& step = *steps_.at(windows);
        std::size_t bytes = 0;
        for (const auto& [count, each] : steps_) bytes += each->bytes();
        std::string text =
            fmt::format("memory: a step for {}{} {}", detail::plural(windows, "window"),
                        rest == 0 ? " takes" : fmt::format(" and one for the last {} take", rest),
                        bytes_in_words(bytes));
        if (step.piece() < windows)
            text += fmt::format(", in {} pieces of up to {}",
                                (windows + step.piece() - 1) / step.piece(),
                                detail::plural(step.piece(), "window"));
        if (hooks_.compile.memory_limit)
            text += fmt::format(" (of {}, --memory)", bytes_in_words(*hooks_.compile.memory_limit));
        hooks_.say(text);
    }

    /// Fisher and Yates: every order is equally likely.
    void shuffle() {
        for (std::size_t i = targets_.size(); i > 1; --i)
            std::swap(
                targets_[i - 1],
                targets_[static_cast<std::size_t>(random_.uniform(0, static_cast<double>(i)))]);
    }

    /// What a rule remembers stays infinite for good, and moves nothing any more, while the loss
    /// may look well.
    void require_finite(double loss, std::size_t batch) const {
        std::optional<std::string> found = current_->first_not_finite();
        if (!std::isfinite(loss)) found = "the loss";
        if (!found) return;
        throw EvaluationError(fmt::format(
            "train: {} must stay finite (it did not in epoch {}, batch {})\n"
            "  {}a smaller learning rate may help; it is {}",
            *found, model_.epochs_done + 1, batch + 1,
            model_.settings.clip == 0 ? "clipping the gradients (--clip 5, say) or " : "",
            model_.settings.learning_rate));
    }

    const TrainingHooks& hooks_;
    const Series& series_;
    Random random_;
    std::size_t rows_learned_;
    ForecastModel model_;               // as the last complete epoch left it
    Matrix inputs_;                     // a column for each row of the series
    Matrix standard_changes_;           // of the targets, from the row before; alike
    std::vector<std::size_t> targets_;  // rows to be forecast
    std::map<std::size_t, std::unique_ptr<SplitStep>> steps_;  // by batch size
    SplitStep* current_ = nullptr;                             // the last one that ran
    std::unique_ptr<EachForecast> validation_;
    std::optional<double> validation_rmse_;
    TrainingState state_;  // after the last complete epoch
    std::optional<ForecastModel> best_;
    TrainingState best_state_;
    double best_rmse_ = 0;
};

}  // namespace

std::vector<Matrix> initial_parameters(const Architecture& architecture, const Sizes& sizes,
                                       Random& random) {
    StateDict arrays;
    // One after the other: the order of drawing is part of what a seed means.
    for (const auto& [name, shape, role] : state_dict_shapes(architecture, sizes)) {
        const double factor = role == ParameterRole::recurrent_weight ? 0.5 : 1.0;
        const double bound = factor / std::sqrt(static_cast<double>(shape.columns));
        // The first values of biases and peepholes are known, all others are random.
        arrays.push_back(
            {name, is_vector(role) ? Matrix(shape) : random.matrix(shape, -bound, bound)});
    }
    std::vector<Matrix> parameters = from_state_dict(architecture, sizes, arrays);
    const std::vector<ParameterShape> shapes = parameter_shapes(architecture, sizes);
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (shapes[i].start != 0) std::ranges::fill(parameters[i].values(), shapes[i].start);
    return parameters;
}

std::vector<Shape> memory_shapes(const ForecastModel& model) {
    if (model.epochs_done == 0) return {};
    Graph graph;
    std::vector<Expr> parameters, gradients;
    for (const auto& [name, shape, start] :
         parameter_shapes(model.settings.architecture, model.sizes(1))) {
        parameters.push_back(graph.parameter(name, shape));
        gradients.push_back(graph.input(fmt::format("gradient of {}", name), shape));
    }
    std::vector<Shape> shapes;
    for (const Update::Memory& memory :
         update_of(rule_of(model.settings), parameters, gradients).memories)
        shapes.push_back(memory.leaf.shape());
    return shapes;
}

ForecastModel untrained(const Series& series, std::size_t training_rows,
                        const TrainingSettings& settings) {
    require_valid(settings);
    ForecastModel model = untrained_model(series, training_rows, settings);
    Random random(settings.seed);
    model.parameters = initial_parameters(settings.architecture, model.sizes(1), random);
    return model;
}

TrainingResult train(const Series& series, std::size_t training_rows,
                     const TrainingSettings& settings, const TrainingHooks& hooks,
                     const std::optional<std::vector<Matrix>>& weights) {
    require_valid(settings);
    const Precision precision = hooks.compile.precision;
    detail::require_in_range("learning rate", settings.learning_rate, precision);
    if (settings.clip > 0) detail::require_in_range("limit for clipping", settings.clip, precision);
    if (hooks.early_stopping) detail::require_valid(*hooks.early_stopping, training_rows);
    return Training(series, training_rows, settings, hooks, weights).run();
}

}  // namespace revolute
