#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/baselines.hpp>
#include <revolute/tools/training/detail/training_settings.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace revolute {

namespace {

template <class Value>
void require_setting(bool holds, std::string_view requirement, Value actual) {
    if (!holds) throw Error(fmt::format("train: {} ({})", requirement, actual));
}

/// What a training that is resumed must keep and does not: "hidden 32, now 16".
std::string other_settings(const TrainingSettings& before, const TrainingSettings& now) {
    std::vector<std::string> others;
    const auto compare = [&](std::string_view what, const auto& a, const auto& b) {
        if (a != b) others.push_back(fmt::format("{} {}, now {}", what, a, b));
    };
    const Architecture &net = before.architecture, &net_now = now.architecture;
    compare("cell", net.cell.name(), net_now.cell.name());
    if (net.cell != net_now.cell && net.cell.name() == net_now.cell.name())
        others.push_back(fmt::format("cell {}, now another type of that name", net.cell.name()));
    compare("layers", net.layers, net_now.layers);
    compare("is_bidirectional", net.is_bidirectional, net_now.is_bidirectional);
    compare("is_residual", net.is_residual, net_now.is_residual);
    compare("reading", name_of(before.reading), name_of(now.reading));
    compare("window", before.window, now.window);
    compare("hidden", before.hidden, now.hidden);
    compare("batch", before.batch, now.batch);
    compare("optimizer", name_of(before.optimizer), name_of(now.optimizer));
    compare("momentum", before.momentum, now.momentum);
    compare("clip", before.clip, now.clip);
    compare("seed", before.seed, now.seed);
    if (others.empty()) others.emplace_back("another architecture");
    return fmt::format("{}", fmt::join(others, "; "));
}

std::string validation_option(double part) {
    return part > 0 ? fmt::format("--validation {}", part) : "no --validation";
}

}  // namespace

namespace detail {

void require_same_training(const ForecastModel& before, const ForecastModel& now) {
    TrainingSettings settings = before.settings;
    settings.epochs = now.settings.epochs;
    settings.learning_rate = now.settings.learning_rate;
    settings.precision = now.settings.precision;
    require_setting(
        settings == now.settings,
        "a training that is resumed must have the settings that it had, but for --epochs, "
        "--learning-rate and --precision",
        other_settings(before.settings, now.settings));
    if (before.validation && before.validation != now.validation)
        throw Error(fmt::format(
            "train: a training that is resumed must set aside what it set aside before ({}; now "
            "{})",
            validation_option(*before.validation), validation_option(now.validation.value_or(0))));
    if (before.inputs != now.inputs || before.targets != now.targets ||
        before.training_rows != now.training_rows)
        throw Error(fmt::format(
            "train: a training that is resumed must have the training rows that it had\n"
            "  it had {} rows, now there are {}{}\n"
            "  they come from the table, --test-fraction, --validation and --missing",
            before.training_rows, now.training_rows,
            before.training_rows == now.training_rows ? " with other values" : ""));
}

void require_in_range(std::string_view what, double value, Precision precision) {
    const bool in_floats = precision == Precision::float32;
    using Float = std::numeric_limits<float>;
    using Double = std::numeric_limits<double>;
    const double least = in_floats ? static_cast<double>(Float::min()) : Double::min();
    const double most = in_floats ? static_cast<double>(Float::max()) : Double::max();
    require_setting(least <= value && value <= most,
                    fmt::format("the {} must be within the range of {}, {:.3g} to {:.3g}", what,
                                in_floats ? "floats" : "doubles", least, most),
                    value);
}

void require_valid(const EarlyStopping& early, std::size_t rows) {
    require_setting(early.patience >= 1, "the patience must be at least 1 epoch", early.patience);
    require_setting(
        early.fraction > 0 && early.fraction < 1 && first_held_out(rows, early.fraction) < rows,
        fmt::format("the part for validation must be above 0, below 1, and a row at least of {}",
                    rows),
        early.fraction);
}

}  // namespace detail

void require_valid(const TrainingSettings& settings) {
    const Architecture& net = settings.architecture;
    require_setting(net.layers >= 1, "the number of layers must be at least 1", net.layers);
    require_setting(net.initial == InitialState::zero, "the initial state must be zero",
                    "it is not");
    require_setting(net.loss == LossKind::mse, "the loss must be the squared error",
                    "cross entropy");
    require_setting(net.answers.empty(), "the net must answer once, at its last step",
                    fmt::format("answers at {} steps", net.answers.size()));
    require_setting(settings.window >= 1, "the window must be at least 1", settings.window);
    require_setting(settings.hidden >= 1, "the number of hidden units must be at least 1",
                    settings.hidden);
    require_setting(settings.epochs >= 0, "the number of epochs must be at least 0",
                    settings.epochs);
    require_setting(settings.batch >= 0, "the batch must be at least 1, or 0 for all",
                    settings.batch);
    require_setting(std::isfinite(settings.learning_rate) && settings.learning_rate > 0,
                    "the learning rate must be above 0", settings.learning_rate);
    require_setting(settings.momentum >= 0 && settings.momentum < 1,
                    "the momentum must be at least 0 and below 1", settings.momentum);
    require_setting(std::isfinite(settings.clip) && settings.clip >= 0,
                    "the limit for clipping must be above 0, or 0 for none", settings.clip);
}

}  // namespace revolute
