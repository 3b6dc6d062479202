#include <revolute/graph/error.hpp>
#include <revolute/tools/optimizer.hpp>
#include <revolute/tools/sequence_net.hpp>
#include <revolute/tools/trainer.hpp>

#include <fmt/format.h>

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

std::vector<double> changes(std::span<const double> values) {
    std::vector<double> result;
    for (std::size_t i = 1; i < values.size(); ++i) result.push_back(values[i] - values[i - 1]);
    return result;
}

void require_rows(const Series& series, std::size_t rows, int window) {
    if (rows > series.values.size() || rows <= static_cast<std::size_t>(window))
        throw ShapeError(
            fmt::format("train: the training part must have more rows than the window\n"
                        "  window is {}, the training part has {} of the {} rows of \"{}\" in {}",
                        window, rows, series.values.size(), series.name, series.source));
}

Optimizer make_optimizer(const TrainingSettings& settings) {
    if (settings.optimizer == OptimizerKind::adam) return Adam(settings.learning_rate);
    return Sgd(settings.learning_rate, settings.momentum);
}

/// One training run.
class Training {
 public:
    Training(const Series& series, std::size_t rows, const TrainingSettings& settings,
             const TrainingHooks& hooks)
        : hooks_(hooks), random_(settings.seed), optimizer_(make_optimizer(settings)) {
        const auto values = std::span(series.values).first(rows);
        model_.column = series.name;
        model_.settings = settings;
        model_.training_rows = static_cast<int>(rows);
        model_.level = standardisation_of(values);
        model_.change = standardisation_of(changes(values));
        model_.parameters = initial_parameters(model_.sizes(1), random_);
        for (const double value : values) standard_.push_back(model_.level.apply(value));
        targets_.resize(rows - window());
        std::iota(targets_.begin(), targets_.end(), window());
        for (const double change : changes(values))
            standard_changes_.push_back(model_.change.apply(change));
    }

    TrainingResult run() {
        parameters_ = model_.parameters;
        while (model_.epochs_done < model_.settings.epochs) {
            const std::optional<double> loss = epoch();
            if (!loss) return {std::move(model_), true};
            require_finite(*loss);
            model_.parameters = parameters_;
            ++model_.epochs_done;
            const double rmse = std::sqrt(2 * *loss) * model_.change.deviation;
            if (hooks_.after_epoch) hooks_.after_epoch({model_.epochs_done, rmse, model_});
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
        auto& net = nets_[columns];
        if (!net) net = std::make_unique<SequenceNet>(model_.sizes(columns), hooks_.finite_figure);
        Matrix target(1, columns);
        for (std::size_t i = 0; i < batch.size(); ++i)
            target.values()[i] = standard_changes_[batch[i] - 1];
        auto result = net->loss_and_gradients(parameters_,
                                              windows_before(batch, standard_, window()), target);
        if (model_.settings.clip > 0) clip_by_global_norm(result.gradients, model_.settings.clip);
        std::visit([&](auto& rule) { rule.step(parameters_, result.gradients); }, optimizer_);
        return result.loss;
    }

    /// Fisher and Yates: every order is equally likely.
    void shuffle() {
        for (std::size_t i = targets_.size(); i > 1; --i)
            std::swap(
                targets_[i - 1],
                targets_[static_cast<std::size_t>(random_.uniform(0, static_cast<double>(i)))]);
    }

    void require_finite(double loss) const {
        bool is_finite = std::isfinite(loss);
        for (const Matrix& parameter : parameters_)
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
    Optimizer optimizer_;
    ForecastModel model_;                               // as the last complete epoch left it
    std::vector<Matrix> parameters_;                    // as they are now
    std::vector<double> standard_;                      // the values, standardised
    std::vector<double> standard_changes_;              // by row - 1
    std::vector<std::size_t> targets_;                  // rows to be forecast
    std::map<int, std::unique_ptr<SequenceNet>> nets_;  // by batch size
};

}  // namespace

void require_valid(const TrainingSettings& settings) {
    require(settings.window >= 1, "the window must be at least 1", settings.window);
    require(settings.hidden >= 1, "the number of hidden units must be at least 1", settings.hidden);
    require(settings.epochs >= 1, "the number of epochs must be at least 1", settings.epochs);
    require(settings.batch >= 0, "the batch must be at least 1, or 0 for all", settings.batch);
    require(std::isfinite(settings.learning_rate) && settings.learning_rate > 0,
            "the learning rate must be above 0", settings.learning_rate);
    require(settings.momentum >= 0 && settings.momentum < 1,
            "the momentum must be at least 0 and below 1", settings.momentum);
    require(std::isfinite(settings.clip) && settings.clip >= 0,
            "the limit for clipping must be above 0, or 0 for none", settings.clip);
}

std::vector<Matrix> initial_parameters(const Sizes& sizes, Random& random) {
    const auto uniform = [&](Shape shape, double factor) {
        const double bound = factor / std::sqrt(static_cast<double>(shape.columns));
        return random.matrix(shape, -bound, bound);
    };
    const std::vector<Shape> shapes = SequenceNet::parameter_shapes(sizes);
    // One statement each: the order of drawing is part of what a seed means.
    Matrix W = uniform(shapes[0], 1.0);
    Matrix U = uniform(shapes[1], 0.5);
    Matrix V = uniform(shapes[3], 1.0);
    return {std::move(W), std::move(U), Matrix(shapes[2]), std::move(V), Matrix(shapes[4])};
}

TrainingResult train(const Series& series, std::size_t training_rows,
                     const TrainingSettings& settings, const TrainingHooks& hooks) {
    require_valid(settings);
    require_rows(series, training_rows, settings.window);
    return Training(series, training_rows, settings, hooks).run();
}

}  // namespace revolute
