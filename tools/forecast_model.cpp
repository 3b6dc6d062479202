#include <revolute/graph/error.hpp>
#include <revolute/tools/forecast_model.hpp>
#include <revolute/tools/sequence_net.hpp>

#include <fmt/format.h>

#include <numeric>

namespace revolute {

std::string_view name_of(OptimizerKind kind) {
    return kind == OptimizerKind::adam ? "adam" : "sgd";
}

namespace {

std::vector<double> standardised(const ForecastModel& model, std::span<const double> values) {
    std::vector<double> result;
    for (const double value : values) result.push_back(model.level.apply(value));
    return result;
}

void require_window_before(std::size_t row, int window) {
    if (row < static_cast<std::size_t>(window))
        throw ShapeError(fmt::format(
            "forecast: a whole window of {} values must come before (there are {})", window, row));
}

}  // namespace

std::vector<Matrix> windows_before(std::span<const std::size_t> targets,
                                   std::span<const double> values, std::size_t window) {
    std::vector<Matrix> inputs;
    for (std::size_t t = 0; t < window; ++t) {
        Matrix x(1, static_cast<int>(targets.size()));
        for (std::size_t i = 0; i < targets.size(); ++i)
            x.values()[i] = values[targets[i] - window + t];
        inputs.push_back(std::move(x));
    }
    return inputs;
}

std::vector<double> forecast_each(const ForecastModel& model, std::span<const double> values,
                                  std::size_t first) {
    require_window_before(first, model.settings.window);
    if (first >= values.size()) return {};
    std::vector<std::size_t> targets(values.size() - first);
    std::iota(targets.begin(), targets.end(), first);
    SequenceNet net(model.sizes(static_cast<int>(targets.size())));
    const Matrix y = net.answer(model.parameters,
                                windows_before(targets, standardised(model, values),
                                               static_cast<std::size_t>(model.settings.window)));
    std::vector<double> forecasts;
    for (std::size_t i = 0; i < targets.size(); ++i)
        forecasts.push_back(values[targets[i] - 1] + model.change.undo(y.values()[i]));
    return forecasts;
}

std::vector<double> forecast_ahead(const ForecastModel& model, std::span<const double> values,
                                   int horizon) {
    if (horizon < 1)
        throw ShapeError(fmt::format("forecast: the horizon must be at least 1 ({})", horizon));
    require_window_before(values.size(), model.settings.window);
    const auto window = static_cast<std::size_t>(model.settings.window);
    std::vector<double> path(values.end() - model.settings.window, values.end());
    SequenceNet net(model.sizes(1));
    for (int i = 0; i < horizon; ++i) {
        const std::size_t target[] = {path.size()};
        const Matrix y =
            net.answer(model.parameters, windows_before(target, standardised(model, path), window));
        path.push_back(path.back() + model.change.undo(y(0, 0)));
    }
    return {path.begin() + model.settings.window, path.end()};
}

}  // namespace revolute
