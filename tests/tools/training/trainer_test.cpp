#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/closed_form/closed_form.hpp>
#include <revolute/tools/training/baselines.hpp>
#include <revolute/tools/training/model_file.hpp>
#include <revolute/tools/training/sequence_net.hpp>
#include <revolute/tools/training/split_step.hpp>
#include <revolute/tools/training/sunspots.hpp>
#include <revolute/tools/training/trainer.hpp>
#include <support/golden.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace revolute;
using test::message_of;

namespace {

Series sunspots() { return read_series(Table::parse(sunspots_csv, "sunspots.csv")); }

TrainingSettings small_settings() {
    TrainingSettings settings;
    settings.window = 3;
    settings.hidden = 2;
    settings.epochs = 4;
    return settings;
}

std::string refused(const TrainingSettings& settings) {
    return message_of<Error>([&] { train(sunspots(), 247, settings); });
}

}  // namespace

TEST_CASE("trainer: settings out of their range are refused, by name") {
    const auto with = [](auto member, auto value) {
        TrainingSettings settings;
        settings.*member = value;
        return refused(settings);
    };
    using S = TrainingSettings;
    CHECK(with(&S::window, 0) == "train: the window must be at least 1 (0)");
    CHECK(with(&S::hidden, -3) == "train: the number of hidden units must be at least 1 (-3)");
    CHECK(with(&S::epochs, -1) == "train: the number of epochs must be at least 0 (-1)");
    CHECK(with(&S::batch, -1) == "train: the batch must be at least 1, or 0 for all (-1)");
    CHECK(with(&S::learning_rate, 0.0) == "train: the learning rate must be above 0 (0)");
    CHECK(with(&S::learning_rate, std::nan("")) ==
          "train: the learning rate must be above 0 (nan)");
    CHECK(with(&S::momentum, 1.0) == "train: the momentum must be at least 0 and below 1 (1)");
    CHECK(with(&S::clip, -1.0) ==
          "train: the limit for clipping must be above 0, or 0 for none (-1)");
    CHECK(with(&S::architecture, Architecture{.layers = 0}) ==
          "train: the number of layers must be at least 1 (0)");
    CHECK(with(&S::architecture, Architecture{.initial = InitialState::given}) ==
          "train: the initial state must be zero (it is not)");
    CHECK(with(&S::architecture, Architecture{.loss = LossKind::cross_entropy}) ==
          "train: the loss must be the squared error (cross entropy)");
    CHECK(with(&S::architecture, Architecture{.answers = {0, 1}}) ==
          "train: the net must answer once, at its last step (answers at 2 steps)");
}

TEST_CASE("trainer: needs more training rows than the window") {
    CHECK(message_of<ShapeError>([] { train(sunspots(), 25, TrainingSettings{}); }) ==
          "train: the training part must have more rows than the window\n"
          "  window is 25, the training part has 25 of the 309 rows of sunspots.csv");
    CHECK(message_of<ShapeError>([] { train(sunspots(), 310, TrainingSettings{}); }) ==
          "train: the training part must have more rows than the window\n"
          "  window is 25, the training part has 310 of the 309 rows of sunspots.csv");
}

TEST_CASE("trainer: a loss that ceases to be finite is an error, not a model") {
    TrainingSettings settings = small_settings();
    settings.optimizer = OptimizerKind::sgd;
    settings.learning_rate = 1e300;
    settings.clip = 0;
    CHECK(message_of<EvaluationError>([&] { train(sunspots(), 247, settings); }) ==
          "train: the loss must stay finite (it did not in epoch 2, batch 1)\n"
          "  clipping the gradients (--clip 5, say) or a smaller learning rate may help; it is "
          "1e+300");
}

TEST_CASE("trainer: early stopping keeps its best model where training diverges afterwards") {
    TrainingSettings settings = small_settings();
    settings.optimizer = OptimizerKind::sgd;
    settings.learning_rate = 1e300;
    settings.clip = 0;
    TrainingHooks hooks;
    hooks.early_stopping = EarlyStopping{0.2, 20};
    const TrainingResult diverged = train(sunspots(), 247, settings, hooks);
    CHECK(diverged.failure ==
          "train: the loss must stay finite (it did not in epoch 2, batch 1)\n"
          "  clipping the gradients (--clip 5, say) or a smaller learning rate may help; it is "
          "1e+300");
    settings.epochs = 1;
    const TrainingResult one = train(sunspots(), 247, settings, hooks);
    CHECK(!one.failure);
    CHECK(diverged.model.epochs_done == 1);
    CHECK(diverged.model.parameters == one.model.parameters);
    CHECK(diverged.state.memories == one.state.memories);
    CHECK(diverged.validation_rmse == one.validation_rmse);
}

TEST_CASE("trainer: what a rule remembers must stay finite, and is named where it does not") {
    // Squares of gradients overflow, and the rule would stand still for good with a loss that looks
    // well.
    TrainingSettings settings = small_settings();
    settings.clip = 0;
    std::vector<Matrix> weights = train(sunspots(), 247, settings).model.parameters;
    for (double& entry : weights[weights.size() - 2].values()) entry = 1e120;  // V
    std::vector<std::string> texts;
    for (const std::size_t limit : {std::size_t{100'000'000}, std::size_t{60'000}})
        for (const OptimizerKind rule : {OptimizerKind::adam, OptimizerKind::rmsprop}) {
            settings.optimizer = rule;
            TrainingHooks hooks;
            hooks.compile.memory_limit = limit;  // whole and in pieces
            texts.push_back(message_of<EvaluationError>(
                [&] { train(sunspots(), 247, settings, hooks, weights); }));
            CAPTURE(texts.back());
            CHECK(texts.back().starts_with("train: the square of "));
            CHECK(texts.back().find(
                      " must stay finite (it did not in epoch 1, batch 1)\n"
                      "  clipping the gradients (--clip 5, say) or a smaller learning rate may "
                      "help; it is ") != std::string::npos);
            CHECK(texts.back() == texts.front());
            settings.clip = 5;  // of such gradients too
            CHECK(train(sunspots(), 247, settings, hooks, weights).model.epochs_done == 4);
            settings.clip = 0;
        }
}

TEST_CASE("trainer: a gradient that is not finite is named with its parameter, epoch and batch") {
    TrainingSettings settings = small_settings();
    settings.architecture.cell = CellKind::simple;
    settings.optimizer = OptimizerKind::sgd;
    settings.batch = 1;
    settings.clip = 0;
    // h = tanh 0.1 everywhere: the answer is 1e154, the loss 5e307, and dL/dh 5e308.
    const std::vector<Matrix> weights{Matrix(2, 1), Matrix(2, 2), Matrix(2, 1, 0.1),
                                      Matrix(1, 2, 5e154), Matrix(1, 1)};
    CHECK(message_of<EvaluationError>([&] { train(sunspots(), 247, settings, {}, weights); }) ==
          fmt::format("train: the gradient of W must stay finite (it did not in epoch 1, batch 1)\n"
                      "  clipping the gradients (--clip 5, say) or a smaller learning rate may "
                      "help; it is {}",
                      settings.learning_rate));
}

TEST_CASE("trainer: the held-out rows do not matter") {
    Series series = sunspots();
    const ForecastModel model = train(series, 247, small_settings()).model;
    for (std::size_t row = 247; row < series.row_count(); ++row)
        series.targets[0].values[row] = series.inputs[0].values[row] = 1e6;
    CHECK(train(series, 247, small_settings()).model == model);
}

TEST_CASE("trainer: one seed is one model, another seed another") {
    TrainingSettings settings = small_settings();
    const ForecastModel model = train(sunspots(), 247, settings).model;
    CHECK(train(sunspots(), 247, settings).model == model);
    settings.seed = 2;
    CHECK(train(sunspots(), 247, settings).model.parameters != model.parameters);
}

TEST_CASE("trainer: a seed means the same bits on every compiler, by the reference evaluator") {
    TrainingSettings settings = small_settings();
    settings.batch = 100;  // 100, 100 and 44 windows: the order of the windows counts too
    const TrainingHooks reference{.computed_by = ComputedBy::reference};
    test::check_golden("tools/golden/model.json",
                       to_json(train(sunspots(), 247, settings, reference).model));
}

TEST_CASE("trainer: programs give what the reference evaluator gives, by every rule") {
    for (const OptimizerKind kind :
         {OptimizerKind::adam, OptimizerKind::sgd, OptimizerKind::rmsprop}) {
        CAPTURE(name_of(kind));
        TrainingSettings settings = small_settings();
        settings.batch = 100;
        settings.optimizer = kind;
        const TrainingHooks reference{.computed_by = ComputedBy::reference};
        const ForecastModel expected = train(sunspots(), 247, settings, reference).model;
        const ForecastModel model = train(sunspots(), 247, settings).model;
        for (std::size_t i = 0; i < model.parameters.size(); ++i)
            // Twelve steps; a rounding of a gradient is at most as large beside its entries.
            CHECK(relative_difference(model.parameters[i], expected.parameters[i]) <= 1e-12);
    }
}

TEST_CASE("trainer: a batch in pieces moves the weights as a whole one does") {
    for (const CellKind cell : {CellKind::simple, CellKind::lstm})
        for (const int batch : {0, 100, 7}) {
            TrainingSettings settings = small_settings();
            settings.architecture.cell = cell;
            settings.hidden = 5;
            settings.batch = batch;
            const ForecastModel whole = train(sunspots(), 247, settings).model;
            // The smallest limit that a step is within, by halves.
            std::size_t limit = 1 << 22;
            std::string said;
            const auto within = [&](std::size_t bytes) {
                TrainingHooks hooks{.say = [&](std::string_view text) { said = text; }};
                hooks.compile.memory_limit = bytes;
                return train(sunspots(), 247, settings, hooks).model;
            };
            int splits = 0;
            for (; limit > 0; limit /= 2) try {
                    CAPTURE(limit);
                    const ForecastModel split = within(limit);
                    if (said.find(" pieces of up to ") == said.npos) continue;
                    ++splits;
                    // At most 140 steps, each of a sum over some pieces: a rounding is at most as
                    // large beside the entries, and a step keeps it.
                    for (std::size_t i = 0; i < split.parameters.size(); ++i)
                        CHECK(relative_difference(split.parameters[i], whole.parameters[i]) <=
                              1e-11);
                } catch (const CapacityError& error) {
                    CHECK(std::string_view(error.what())
                              .starts_with(
                                  "train: a step must fit into the memory that it may take ("));
                    break;
                }
            CHECK(limit > 0);
            if (batch != 7) CHECK(splits > 0);
        }
}

TEST_CASE(
    "trainer: resumed, it gives the bits of one training, by every rule, also through a file") {
    const test::TemporaryFolder folder;
    for (const OptimizerKind kind :
         {OptimizerKind::adam, OptimizerKind::sgd, OptimizerKind::rmsprop})
        for (const int batch : {0, 100})
            for (const bool is_given : {false, true}) {
                CAPTURE(name_of(kind));
                CAPTURE(batch);
                TrainingSettings settings = small_settings();
                settings.batch = batch;
                settings.optimizer = kind;
                std::optional<std::vector<Matrix>> weights;
                if (is_given) weights = untrained(sunspots(), 247, settings).parameters;
                const ForecastModel whole = train(sunspots(), 247, settings, {}, weights).model;
                settings.epochs = 2;
                const TrainingResult half = train(sunspots(), 247, settings, {}, weights);
                write_model(folder / "m.json", half.model, half.state);
                CHECK(read_training(folder / "m.json") == std::pair(half.model, half.state));
                settings.epochs = 4;
                TrainingHooks hooks;
                hooks.resume = read_training(folder / "m.json");
                CHECK(train(sunspots(), 247, settings, hooks).model == whole);
            }
}

TEST_CASE("trainer: resumed, it keeps the model that it goes on from until another is better") {
    TrainingSettings settings = small_settings();
    settings.epochs = 60;
    settings.learning_rate = 0.3;
    TrainingHooks hooks;
    hooks.early_stopping = EarlyStopping{0.1, 5};
    const TrainingResult first = train(sunspots(), 247, settings, hooks);
    REQUIRE(first.model.epochs_done + 5 < settings.epochs);
    hooks.resume = std::pair(first.model, first.state);
    int epochs = 0;
    hooks.after_epoch = [&](const EpochReport&) { ++epochs; };
    const TrainingResult second = train(sunspots(), 247, settings, hooks);
    CHECK(epochs == 5);
    CHECK(second.model == first.model);
    CHECK(second.validation_rmse == first.validation_rmse);
}

TEST_CASE("trainer: another training is not resumed") {
    const TrainingResult before = train(sunspots(), 247, small_settings());
    TrainingHooks hooks;
    hooks.resume = std::pair(before.model, before.state);
    const auto refused_with = [&](std::size_t rows, auto member, auto value) {
        TrainingSettings settings = small_settings();
        settings.*member = value;
        return message_of<Error>([&] { train(sunspots(), rows, settings, hooks); });
    };
    CHECK(refused_with(247, &TrainingSettings::seed, std::uint64_t{2}) ==
          "train: a training that is resumed must have the settings that it had, but for "
          "--epochs, --learning-rate and --precision (seed 1, now 2)");
    CHECK(refused_with(247, &TrainingSettings::window, 7).ends_with("now 7)"));
    CHECK(refused_with(247, &TrainingSettings::architecture, Architecture{.layers = 2})
              .ends_with("(layers 1, now 2)"));
    CHECK(refused_with(246, &TrainingSettings::epochs, 9) ==
          "train: a training that is resumed must have the training rows that it had\n"
          "  it had 247 rows, now there are 246\n"
          "  they come from the table, --test-fraction, --validation and --missing");
    hooks.early_stopping = EarlyStopping{0.25, 5};
    CHECK(refused_with(247, &TrainingSettings::epochs, 9) ==
          "train: a training that is resumed must set aside what it set aside before (no "
          "--validation; now --validation 0.25)");
    hooks.early_stopping.reset();
    hooks.resume->first.validation = 0.2;
    CHECK(refused_with(247, &TrainingSettings::epochs, 9) ==
          "train: a training that is resumed must set aside what it set aside before "
          "(--validation 0.2; now no --validation)");
    hooks.resume->first.validation.reset();  // of files that do not tell
    Series other = sunspots();
    other.targets[0].values[3] += 1;
    CHECK(message_of<Error>([&] { train(other, 247, small_settings(), hooks); }) ==
          "train: a training that is resumed must have the training rows that it had\n"
          "  it had 247 rows, now there are 247 with other values\n"
          "  they come from the table, --test-fraction, --validation and --missing");
}

TEST_CASE("trainer: with early stopping the weights of the best epoch are kept") {
    TrainingSettings settings = small_settings();
    settings.epochs = 60;
    settings.learning_rate = 0.3;
    std::vector<double> errors;
    TrainingHooks hooks{.after_epoch = [&](const EpochReport& report) {
        REQUIRE(report.validation_rmse);
        errors.push_back(*report.validation_rmse);
    }};
    hooks.early_stopping = EarlyStopping{0.1, 5};
    const Series series = sunspots();
    const TrainingResult result = train(series, 247, settings, hooks);
    const auto best = std::ranges::min_element(errors);
    CHECK(result.model.epochs_done == best - errors.begin() + 1);
    CHECK(result.validation_rmse == *best);
    CHECK(errors.size() ==
          std::min<std::size_t>(60, static_cast<std::size_t>(result.model.epochs_done) + 5));
    CHECK(errors.size() < 60);
    CHECK(static_cast<std::size_t>(result.epochs_done) == errors.size());
    // It is the error on the last tenth of the training rows, which neither learning nor
    // standardisation sees.
    const std::size_t learned = first_held_out(247, 0.1);
    std::vector<double> forecasts = forecast_each(result.model, series, learned)[0].values;
    forecasts.resize(247 - learned);
    CHECK(root_mean_square_error(
              forecasts, std::span(series.targets[0].values).subspan(learned, 247 - learned)) ==
          *best);
    settings.epochs = result.model.epochs_done;
    CHECK(train(series, learned, settings).model.parameters == result.model.parameters);
}

TEST_CASE("trainer: rates and limits that are 0 or infinite in the program's numbers are refused") {
    const auto refused_with = [](double rate, double clip, Precision precision) {
        TrainingSettings settings = small_settings();
        settings.learning_rate = rate;
        settings.clip = clip;
        TrainingHooks hooks;
        hooks.compile.precision = precision;
        return message_of<Error>([&] { train(sunspots(), 247, settings, hooks); });
    };
    const std::string in_floats = " must be within the range of floats, 1.18e-38 to 3.4e+38 ";
    CHECK(refused_with(1e-50, 0, Precision::float32) ==
          "train: the learning rate" + in_floats + "(1e-50)");
    CHECK(refused_with(1e-3, 1e-42, Precision::float32) ==
          "train: the limit for clipping" + in_floats + "(1e-42)");
    CHECK(refused_with(1e-3, 1e50, Precision::float32) ==
          "train: the limit for clipping" + in_floats + "(1e+50)");
    CHECK(refused_with(1e-310, 0, Precision::float64) ==
          "train: the learning rate must be within the range of doubles, 2.23e-308 to 1.8e+308 "
          "(1e-310)");
    CHECK(refused_with(1e-50, 1e50, Precision::float64) == "(nothing was thrown)");
}

TEST_CASE("trainer: early stopping needs rows and patience") {
    const auto refused_with = [](EarlyStopping early) {
        TrainingHooks hooks;
        hooks.early_stopping = early;
        return message_of<Error>([&] { train(sunspots(), 247, small_settings(), hooks); });
    };
    CHECK(refused_with({0.1, 0}) == "train: the patience must be at least 1 epoch (0)");
    CHECK(refused_with({0, 5}) ==
          "train: the part for validation must be above 0, below 1, and a row at least of 247 (0)");
    CHECK(refused_with({1e-9, 5}) ==
          "train: the part for validation must be above 0, below 1, and a row at least of 247 "
          "(1e-09)");
}

TEST_CASE("trainer: in floats and in threads it learns the same, to their digits") {
    TrainingSettings settings = small_settings();
    settings.hidden = 4;
    const ForecastModel expected = train(sunspots(), 247, settings).model;
    TrainingHooks threads;
    threads.compile.threads = 2;
    CHECK(train(sunspots(), 247, settings, threads).model == expected);
    TrainingHooks floats;
    floats.compile.precision = Precision::float32;
    const ForecastModel rough = train(sunspots(), 247, settings, floats).model;
    CHECK(rough.parameters != expected.parameters);
    for (std::size_t i = 0; i < rough.parameters.size(); ++i)
        // Four steps of Adam, whose division by a root makes a relative error of a gradient one of
        // the step.
        CHECK(relative_difference(rough.parameters[i], expected.parameters[i]) <= 1e-4);
}

TEST_CASE("trainer: with a batch of one window every window is a step") {
    Series series = sunspots();
    TrainingSettings settings = small_settings();
    settings.batch = 1;
    settings.epochs = 1;
    int asked = 0;
    const TrainingHooks hooks{.after_epoch = {}, .should_stop = [&] { return ++asked == 0; }};
    train(series, 20, settings, hooks);
    CHECK(asked == 17);
}

TEST_CASE("trainer: one epoch of one batch is one step of the optimiser along the closed form") {
    const Series series = sunspots();
    TrainingSettings settings = small_settings();
    settings.epochs = 1;
    settings.optimizer = OptimizerKind::sgd;
    settings.learning_rate = 0.5;
    settings.clip = 0;
    const ForecastModel after = train(series, 40, settings).model;

    Random random(settings.seed);
    const std::vector<Matrix> before = initial_parameters({}, after.sizes(1), random);
    closed_form::SimpleRnn net{before[0], before[1], before[2], before[3],
                               before[4], {},        {},        Matrix(1, 37)};
    for (int t = 0; t < 3; ++t) net.x.emplace_back(1, 37);
    const std::vector<double>& values = series.targets[0].values;
    for (int i = 0; i < 37; ++i) {
        const auto row = static_cast<std::size_t>(i);
        for (std::size_t t = 0; t < 3; ++t)
            net.x[t](0, i) = after.inputs[0].level.apply(values[row + t]);
        net.target(0, i) = after.targets[0].level.apply(values[row + 3] - values[row + 2]);
    }
    const auto by_hand = closed_form::gradients(net);
    const Matrix* gradients[] = {&by_hand.dW, &by_hand.dU, &by_hand.db, &by_hand.dV, &by_hand.dc};
    for (std::size_t k = 0; k < 5; ++k)
        for (std::size_t i = 0; i < before[k].size(); ++i)
            // Entries are of the order of 1, summed over 37 windows: a few hundred roundings at
            // most.
            CHECK(after.parameters[k].values()[i] ==
                  doctest::Approx(before[k].values()[i] - 0.5 * gradients[k]->values()[i])
                      .epsilon(1e-13));
}

TEST_CASE("trainer: reports come epoch by epoch, in the units of the data") {
    std::vector<double> errors;
    const TrainingHooks hooks{.after_epoch =
                                  [&](const EpochReport& report) {
                                      errors.push_back(report.training_rmse);
                                      CHECK(report.epoch == static_cast<int>(errors.size()));
                                      CHECK(report.model.epochs_done == report.epoch);
                                  },
                              .should_stop = {}};
    const Series series = sunspots();
    TrainingSettings settings = small_settings();
    settings.epochs = 2;
    train(series, 247, settings, hooks);
    REQUIRE(errors.size() == 2);
    // The error of the second epoch is met before its step: that of the model after one epoch.
    settings.epochs = 1;
    const ForecastModel model = train(series, 247, settings).model;
    const std::vector<double> forecasts = forecast_each(model, series, 3)[0].values;
    const auto training = std::span(series.targets[0].values).first(247);
    CHECK(errors[1] == doctest::Approx(root_mean_square_error(std::span(forecasts).first(244),
                                                              training.subspan(3)))
                           .epsilon(1e-12));
}

TEST_CASE("trainer: stopped in the middle of an epoch, it returns the last complete one") {
    TrainingSettings settings = small_settings();
    settings.batch = 100;  // three steps an epoch
    int asked = 0;
    const TrainingHooks hooks{.after_epoch = {}, .should_stop = [&] { return ++asked == 8; }};
    const TrainingResult stopped = train(sunspots(), 247, settings, hooks);
    CHECK(stopped.was_stopped);
    CHECK(stopped.model.epochs_done == 2);
    settings.epochs = 2;
    const TrainingResult whole = train(sunspots(), 247, settings);
    CHECK(!whole.was_stopped);
    CHECK(whole.model.parameters == stopped.model.parameters);
}

TEST_CASE("trainer: weights start within their bounds, biases at zero") {
    Random random(1);
    const auto p =
        initial_parameters({}, {.steps = 5, .input = 4, .hidden = 25, .output = 2}, random);
    const double bounds[] = {1.0 / 2, 0.5 / 5, 0, 1.0 / 5, 0};
    const Shape shapes[] = {{25, 4}, {25, 25}, {25, 1}, {2, 25}, {2, 1}};
    REQUIRE(p.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(p[i].shape() == shapes[i]);
        double largest = 0;
        for (const double entry : p[i].values()) largest = std::max(largest, std::abs(entry));
        CHECK(largest <= bounds[i]);
        CHECK(largest >= 0.8 * bounds[i]);  // 50 draws stay below that with probability 1e-5
    }
}

TEST_CASE("sequence net: wants a value for every leaf") {
    SequenceNet net({}, {.steps = 2, .input = 1, .hidden = 1, .output = 1, .batch = 1});
    const std::vector<Matrix> parameters(5, Matrix(1, 1)), inputs(1, Matrix(1, 1));
    CHECK(message_of<ShapeError>([&] { net.answer(parameters, inputs); }) ==
          "sequence net: needs one value for each of 2 leaves from x[0] on (1)");
}
