// Training of every cell, of stacks and directions, and from several columns.

#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/state_dict.hpp>
#include <revolute/tools/training/sequence_net.hpp>
#include <revolute/tools/training/sunspots.hpp>
#include <revolute/tools/training/trainer.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace revolute;
using test::message_of;

namespace {

Series sunspots() { return read_series(Table::parse(sunspots_csv, "sunspots.csv")); }

/// A target that follows the first input one row later; the second input is another wave.
Series two_waves() {
    Series series{.source = "waves.csv",
                  .axis = {},
                  .targets = {{"y", {}}},
                  .inputs = {{"a", {}}, {"b", {}}}};
    for (int row = 0; row < 60; ++row) {
        series.inputs[0].values.push_back(std::sin(0.5 * row));
        series.inputs[1].values.push_back(std::cos(0.3 * row));
        series.targets[0].values.push_back(std::sin(0.5 * (row - 1)));
    }
    return series;
}

TrainingSettings small_settings(const Architecture& architecture) {
    TrainingSettings settings;
    settings.architecture = architecture;
    settings.window = 5;
    settings.hidden = 4;
    settings.epochs = 2;
    return settings;
}

/// The training error met in each epoch: that of the model before the epoch's steps.
std::vector<double> errors_of(const Series& series, std::size_t rows,
                              const TrainingSettings& settings) {
    std::vector<double> errors;
    train(
        series, rows, settings,
        {.after_epoch = [&](const EpochReport& report) { errors.push_back(report.training_rmse); },
         .should_stop = {}});
    return errors;
}

std::vector<Architecture> architectures() {
    std::vector<Architecture> all;
    for (const CellKind kind : cell_kinds()) {
        all.push_back({.cell = kind});
        all.push_back({.cell = kind, .layers = 2, .is_bidirectional = true, .is_residual = true});
    }
    return all;
}

}  // namespace

TEST_CASE("trainer: one step along the gradient reduces the training error of every net") {
    for (const Architecture& architecture : architectures()) {
        CAPTURE(architecture.cell.name());
        CAPTURE(architecture.layers);
        TrainingSettings settings = small_settings(architecture);
        settings.optimizer = OptimizerKind::sgd;
        settings.learning_rate = 0.01;
        for (const auto& errors :
             {errors_of(sunspots(), 247, settings), errors_of(two_waves(), 50, settings)}) {
            REQUIRE(errors.size() == 2);
            CHECK(errors[1] < errors[0]);
        }
    }
}

TEST_CASE("trainer: a net of several columns learns what its target follows from") {
    for (const CellKind kind : {CellKind::simple, CellKind::gru, CellKind::lstm}) {
        CAPTURE(name_of(kind));
        TrainingSettings settings = small_settings({.cell = kind});
        settings.epochs = 200;
        settings.learning_rate = 0.02;
        const std::vector<double> errors = errors_of(two_waves(), 50, settings);
        // The target's change is a linear function of the last two values of a: it can be learned.
        CHECK(errors.back() < 0.1 * errors.front());
    }
}

TEST_CASE("trainer: the bias of an LSTM's forget gate starts at 1, all others at 0") {
    for (const CellKind kind : cell_kinds())
        for (const bool is_wide : {false, true}) {
            CAPTURE(name_of(kind));
            const Architecture net{
                .cell = kind, .layers = is_wide ? 2 : 1, .is_bidirectional = is_wide};
            const Sizes sizes{.input = 2, .hidden = 3};
            Random random(1);
            const std::vector<Matrix> values = initial_parameters(net, sizes, random);
            const std::vector<ParameterShape> shapes = parameter_shapes(net, sizes);
            REQUIRE(values.size() == shapes.size());
            for (std::size_t i = 0; i < shapes.size(); ++i) {
                const std::string& name = shapes[i].name;
                CAPTURE(name);
                CHECK(values[i].shape() == shapes[i].shape);
                if (name.starts_with("b") || name.starts_with("c") || name.starts_with("p"))
                    CHECK(values[i] ==
                          Matrix(shapes[i].shape,
                                 name.starts_with("b") && name.ends_with("_f") ? 1.0 : 0.0));
                else
                    CHECK(std::ranges::count(values[i].values(), 0.0) == 0);
            }
        }
}

TEST_CASE("trainer: gates start within the bounds of the simple cell") {
    Random random(1);
    const Sizes sizes{.input = 4, .hidden = 25};
    const StateDict arrays =
        to_state_dict({.cell = CellKind::lstm}, sizes,
                      initial_parameters({.cell = CellKind::lstm}, sizes, random));
    const auto largest = [&](std::size_t i) {
        const auto [low, high] = std::ranges::minmax(arrays[i].value.values());
        return std::max(-low, high);
    };
    // Hundreds of draws: the largest is within a tenth of the bound, but for 1e-10 of all seeds.
    CHECK(largest(0) <= 1.0 / 2);
    CHECK(largest(0) >= 0.9 / 2);
    CHECK(largest(1) <= 0.5 / 5);
    CHECK(largest(1) >= 0.9 * 0.5 / 5);
}

TEST_CASE("trainer: from given weights and with no epochs the model has those weights") {
    const TrainingSettings settings = small_settings({.cell = CellKind::gru});
    const ForecastModel trained = train(two_waves(), 50, settings).model;
    TrainingSettings none = settings;
    none.epochs = 0;
    const ForecastModel kept = train(two_waves(), 50, none, {}, trained.parameters).model;
    CHECK(kept.parameters == trained.parameters);
    CHECK(kept.inputs == trained.inputs);
    CHECK(kept.epochs_done == 0);
    none.epochs = 1;
    CHECK(train(two_waves(), 50, none, {}, trained.parameters).model.parameters !=
          train(two_waves(), 50, none).model.parameters);
}

TEST_CASE("trainer: weights of another net are refused") {
    const auto refused = [](const std::vector<Matrix>& weights) {
        return message_of<ShapeError>(
            [&] { train(two_waves(), 50, small_settings({}), {}, weights); });
    };
    CHECK(
        refused({Matrix(4, 2)}) ==
        "train: the weights to start from must be the 5 parameters of the net, in their shapes (1 "
        "given)");
    CHECK(
        refused(std::vector<Matrix>(5, Matrix(4, 4))) ==
        "train: the weights to start from must be the 5 parameters of the net, in their shapes (5 "
        "given)");
}

TEST_CASE("trainer: each column is standardised by its training rows alone") {
    Series series = two_waves();
    const ForecastModel model = train(series, 50, small_settings({})).model;
    REQUIRE(model.inputs.size() == 2);
    CHECK(model.targets[0].name == "y");
    CHECK(model.inputs[0].level ==
          standardisation_of(std::span(series.inputs[0].values).first(50)));
    CHECK(model.inputs[1].level ==
          standardisation_of(std::span(series.inputs[1].values).first(50)));
    for (std::size_t row = 50; row < series.row_count(); ++row)
        series.targets[0].values[row] = series.inputs[0].values[row] =
            series.inputs[1].values[row] = 1e6;
    CHECK(train(series, 50, small_settings({})).model == model);
}

TEST_CASE("trainer: a net that reads changes does not depend on where its inputs stand") {
    TrainingSettings settings = small_settings({.cell = CellKind::gru});
    settings.reading = Reading::changes;
    Series series = two_waves();
    const auto errors = errors_of(series, 50, settings);
    CHECK(errors[1] < errors[0]);
    const ForecastModel model = train(series, 50, settings).model;
    CHECK(model.inputs[0].level ==
          standardisation_of(
              as_read(std::span(series.inputs[0].values).first(50), Reading::changes)));
    const std::vector<double> forecasts = forecast_each(model, series, 50)[0].values;
    for (double& value : series.inputs[0].values) value += 100;
    const std::vector<double> shifted = forecast_each(model, series, 50)[0].values;
    for (std::size_t i = 0; i < forecasts.size(); ++i)  // 100 + a rounds to 1e-14
        CHECK(shifted[i] == doctest::Approx(forecasts[i]).epsilon(1e-11));
}

TEST_CASE("trainer: a window of changes needs one row more") {
    TrainingSettings settings = small_settings({});
    settings.reading = Reading::changes;
    CHECK(message_of<ShapeError>([&] { train(two_waves(), 6, settings); }) ==
          "train: the training part must have more rows than the window\n"
          "  window is 5 changes, the training part has 6 of the 60 rows of waves.csv");
    CHECK(train(two_waves(), 7, settings).model.training_rows == 7);
}

TEST_CASE("trainer: a column that does not change in the training part is named") {
    const auto refused = [](const Series& series) {
        return message_of<EvaluationError>([&] { train(series, 50, small_settings({})); });
    };
    Series constant = two_waves();
    std::ranges::fill(std::span(constant.inputs[1].values).first(50), 3.0);
    CHECK(refused(constant) ==
          "standardisation: the values of \"b\" in the training part must differ (all 50 are 3)");
    Series steady = two_waves();
    for (std::size_t row = 0; row < 60; ++row)
        steady.targets[0].values[row] = 2.0 * static_cast<double>(row);
    CHECK(refused(steady) ==
          "standardisation: the changes of \"y\" in the training part must differ (all 49 are 2)");
}
