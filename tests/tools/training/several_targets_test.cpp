// Nets that forecast several columns, and forecasts of several rows from columns that are not
// forecast.

#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/closed_form/closed_form.hpp>
#include <revolute/tools/support/random.hpp>
#include <revolute/tools/training/baselines.hpp>
#include <revolute/tools/training/forecast_report.hpp>
#include <revolute/tools/training/trainer.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

using namespace revolute;
using test::message_of;

namespace {

/// Three columns of 40 rows, whose scales are far apart: the targets are a, which is read too, and
/// c.
Series three_columns() {
    Series series{.source = "t.csv",
                  .axis = {},
                  .targets = {{"a", {}}, {"c", {}}},
                  .inputs = {{"a", {}}, {"b", {}}}};
    for (int row = 0; row < 40; ++row) {
        const double a = 1000 + 100 * std::sin(0.5 * row), b = std::cos(0.3 * row);
        series.inputs[0].values.push_back(a);
        series.inputs[1].values.push_back(b);
        series.targets[0].values.push_back(a);
        series.targets[1].values.push_back(0.001 * std::sin(0.7 * row) + 0.002 * b);
    }
    return series;
}

TrainingSettings settings_of(CellKind cell, Reading reading = Reading::values) {
    TrainingSettings settings;
    settings.architecture.cell = cell;
    settings.reading = reading;
    settings.window = 4;
    settings.hidden = 3;
    settings.epochs = 3;
    return settings;
}

/// The model and series of one of the targets: the net with that row of the answer alone.
ForecastModel only_target(ForecastModel model, std::size_t target) {
    model.targets = {model.targets[target]};
    const std::size_t last = model.parameters.size() - 1;
    for (const std::size_t i : {last - 1, last}) {
        const Matrix all = model.parameters[i];
        Matrix row(1, all.columns());
        for (int k = 0; k < all.columns(); ++k) row(0, k) = all(static_cast<int>(target), k);
        model.parameters[i] = row;
    }
    return model;
}

Series only_target(Series series, std::size_t target) {
    series.targets = {series.targets[target]};
    return series;
}

void check_near(const std::vector<double>& got, const std::vector<double>& expected) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-12));
}

}  // namespace

TEST_CASE("several targets: each is forecast as by the net with its row of the answer alone") {
    const Series series = three_columns();
    for (const CellKind kind : cell_kinds()) {
        CAPTURE(name_of(kind));
        const ForecastModel model = untrained(series, 30, settings_of(kind));
        REQUIRE(model.targets.size() == 2);
        const std::vector<NumberColumn> each = forecast_each(model, series, 30);
        const std::vector<NumberColumn> next{{"b", {0.5, 0.25}}};
        const std::vector<NumberColumn> ahead = forecast_ahead(model, series, 1, next);
        REQUIRE(each.size() == 2);
        REQUIRE(ahead.size() == 2);
        for (const std::size_t k : {0U, 1U}) {
            const ForecastModel alone = only_target(model, k);
            CHECK(each[k].name == alone.targets[0].name);
            check_near(each[k].values, forecast_each(alone, only_target(series, k), 30)[0].values);
            check_near(ahead[k].values, forecast_ahead(alone, only_target(series, k), 1)[0].values);
        }
    }
}

TEST_CASE("several targets: one epoch of one batch is one step along the closed form") {
    const Series series = three_columns();
    TrainingSettings settings = settings_of(CellKind::simple);
    settings.epochs = 1;
    settings.optimizer = OptimizerKind::sgd;
    settings.learning_rate = 0.5;
    settings.clip = 0;
    const ForecastModel after = train(series, 30, settings).model;

    Random random(settings.seed);
    const std::vector<Matrix> before = initial_parameters({}, after.sizes(1), random);
    closed_form::SimpleRnn net{before[0], before[1], before[2], before[3],
                               before[4], {},        {},        Matrix(2, 26)};
    for (int t = 0; t < 4; ++t) net.x.emplace_back(2, 26);
    for (int i = 0; i < 26; ++i)
        for (int k = 0; k < 2; ++k) {
            const auto row = static_cast<std::size_t>(i), c = static_cast<std::size_t>(k);
            const std::vector<double>& read = series.inputs[c].values;
            const std::vector<double>& target = series.targets[c].values;
            for (std::size_t t = 0; t < 4; ++t)
                net.x[t](k, i) = after.inputs[c].level.apply(read[row + t]);
            net.target(k, i) = after.targets[c].level.apply(target[row + 4] - target[row + 3]);
        }
    const auto by_hand = closed_form::gradients(net);
    const Matrix* gradients[] = {&by_hand.dW, &by_hand.dU, &by_hand.db, &by_hand.dV, &by_hand.dc};
    for (std::size_t k = 0; k < 5; ++k)
        for (std::size_t i = 0; i < before[k].size(); ++i)
            CHECK(after.parameters[k].values()[i] ==
                  doctest::Approx(before[k].values()[i] - 0.5 * gradients[k]->values()[i])
                      .epsilon(1e-12));
}

TEST_CASE("several targets: a batch in pieces is the same step") {
    const Series series = three_columns();
    TrainingHooks hooks;
    std::string said;
    hooks.say = [&](std::string_view text) { said = text; };
    hooks.compile.memory_limit = 30'000;
    const ForecastModel whole = train(series, 30, settings_of(CellKind::lstm)).model;
    const ForecastModel pieces = train(series, 30, settings_of(CellKind::lstm), hooks).model;
    CHECK(said.find(" pieces of up to ") != said.npos);
    for (std::size_t i = 0; i < whole.parameters.size(); ++i)
        for (std::size_t k = 0; k < whole.parameters[i].size(); ++k)
            // Adam divides by the size of the gradient, so roundings of small ones are seen.
            CHECK(pieces.parameters[i].values()[k] ==
                  doctest::Approx(whole.parameters[i].values()[k]).epsilon(1e-7));
}

TEST_CASE("several targets: errors are those of each in deviations of its changes, together") {
    const Series series = three_columns();
    std::vector<double> training, validation;
    TrainingHooks hooks;
    hooks.after_epoch = [&](const EpochReport& report) {
        training.push_back(report.training_rmse);
        validation.push_back(report.validation_rmse.value());
    };
    hooks.early_stopping = EarlyStopping{0.2, 1000};
    TrainingSettings settings = settings_of(CellKind::gru);
    settings.epochs = 2;
    train(series, 35, settings, hooks);
    // What it learned from are 28 rows. The second epoch's training error is met before its step.
    settings.epochs = 1;
    const ForecastModel model = train(series, 28, settings).model;
    const auto together = [&](std::size_t first, std::size_t end) {
        double sum = 0;
        const std::vector<NumberColumn> forecasts = forecast_each(model, series, first);
        for (std::size_t k = 0; k < 2; ++k)
            for (std::size_t row = first; row < end; ++row) {
                const double error =
                    (forecasts[k].values[row - first] - series.targets[k].values[row]) /
                    model.targets[k].level.deviation;
                sum += error * error;
            }
        return std::sqrt(sum / static_cast<double>(2 * (end - first)));
    };
    CHECK(training.at(1) == doctest::Approx(together(4, 28)).epsilon(1e-12));
    CHECK(validation.at(0) == doctest::Approx(together(28, 35)).epsilon(1e-12));
}

TEST_CASE("several targets: a training in two parts gives the bits of one") {
    const Series series = three_columns();
    TrainingSettings settings = settings_of(CellKind::gru);
    settings.batch = 7;
    settings.epochs = 5;
    const ForecastModel whole = train(series, 30, settings).model;
    settings.epochs = 2;
    TrainingResult first = train(series, 30, settings);
    settings.epochs = 5;
    TrainingHooks hooks;
    hooks.resume.emplace(std::move(first.model), std::move(first.state));
    CHECK(train(series, 30, settings, hooks).model == whole);

    Series other = series;
    other.targets[1].values[3] += 1;
    CHECK(message_of<Error>([&] { train(other, 30, settings, hooks); }) ==
          "train: a training that is resumed must have the training rows that it had\n"
          "  it had 30 rows, now there are 30 with other values\n"
          "  they come from the table, --test-fraction, --validation and --missing");
}

TEST_CASE("forecast: ahead with the next values of other columns is as if forecasts were data") {
    const Series series = three_columns();
    for (const Reading reading : {Reading::values, Reading::changes})
        for (const CellKind kind : {CellKind::simple, CellKind::lstm_peephole}) {
            CAPTURE(name_of(reading));
            const ForecastModel model = untrained(series, 30, settings_of(kind, reading));
            const std::vector<NumberColumn> next{{"other", {}}, {"b", {0.3, -0.4, 0.2, 0.9}}};
            const std::vector<NumberColumn> ahead = forecast_ahead(model, series, 5, next);
            Series longer = series;
            for (std::size_t i = 0; i < 5; ++i) {
                longer.inputs[0].values.push_back(ahead[0].values[i]);
                longer.inputs[1].values.push_back(i < 4 ? next[1].values[i] : 0);
                for (const std::size_t k : {0U, 1U})
                    longer.targets[k].values.push_back(ahead[k].values[i]);
            }
            const std::vector<NumberColumn> each = forecast_each(model, longer, 40);
            for (const std::size_t k : {0U, 1U}) check_near(ahead[k].values, each[k].values);
        }
}

TEST_CASE("forecast: ahead, the next values of other columns must all be there") {
    const Series series = three_columns();
    const ForecastModel model = untrained(series, 30, settings_of(CellKind::simple));
    CHECK(not_forecast(model) == std::vector<std::string>{"b"});
    const auto refused = [&](int horizon, const std::vector<NumberColumn>& next) {
        return message_of<ShapeError>([&] { forecast_ahead(model, series, horizon, next); });
    };
    CHECK(
        message_of<Error>([&] { forecast_ahead(model, series, 3); }) ==
        "forecast: the horizon must be 1 for a net that reads other columns than it forecasts (3)\n"
        "  it forecasts a, c; to go on, it would have to read the next values of b\n"
        "  --future FILE.csv gives them, in a row for each row to be forecast but the last");
    CHECK(
        refused(3, {{"b", {1}}}) ==
        "forecast: the next values of \"b\" must be known in all rows to be forecast but the last "
        "(1 of 2)");
    CHECK(
        refused(3, {{"a", {1, 2}}}) ==
        "forecast: the next values of \"b\" must be known in all rows to be forecast but the last "
        "(0 of 2)");
    CHECK(forecast_ahead(model, series, 1, {{"a", {}}})[1].values.size() == 1);
}

TEST_CASE("several targets: a forecast that is not finite says of which") {
    const Series series = three_columns();
    ForecastModel model = untrained(series, 30, settings_of(CellKind::simple));
    model.parameters.back()(1, 0) = 1e308;
    model.targets[1].level.deviation = 10;
    const std::string text = message_of<EvaluationError>([&] { forecast_each(model, series, 30); });
    CHECK(text.starts_with("forecast: a forecast must be finite (inf of c for row 31)\n"));
}

TEST_CASE("several targets: the report has a table for each, and one for all") {
    Series series = three_columns();
    ForecastModel model = untrained(series, 30, settings_of(CellKind::simple));
    // Each forecasts its last value, and its mean change times 1 or 2.
    for (const std::size_t i : {3U, 4U}) model.parameters[i] = Matrix(model.parameters[i].shape());
    model.targets[0].level = {1, 100};
    model.targets[1].level = {0.5, 2};
    for (std::size_t row = 0; row < 40; ++row) {
        series.targets[0].values[row] = series.inputs[0].values[row] = row % 2 == 0 ? 10 : 13;
        series.targets[1].values[row] = row % 2 == 0 ? 0 : 4;
    }
    // Errors of a are 3 - 1 and -3 - 1, of c 4 - 0.5 and -4 - 0.5; together in deviations of 100
    // and 2.
    const ForecastReport report = report_forecasts(model, series, 38);
    const double of_a = std::sqrt((2.0 * 2 + 4 * 4) / 2),
                 of_c = std::sqrt((3.5 * 3.5 + 4.5 * 4.5) / 2);
    CHECK(report.targets[0].net.rmse == doctest::Approx(of_a).epsilon(1e-14));
    CHECK(report.targets[1].net.rmse == doctest::Approx(of_c).epsilon(1e-14));
    const double of_all = std::sqrt((of_a * of_a / 1e4 + of_c * of_c / 4) / 2);
    CHECK(report.all.net.rmse == doctest::Approx(of_all).epsilon(1e-14));
    const double still = std::sqrt((9.0 / 1e4 + 16.0 / 4) / 2);
    CHECK(report.all.persistence.rmse == doctest::Approx(still).epsilon(1e-14));
    CHECK(report.rmse_over_persistence() == doctest::Approx(of_all / still).epsilon(1e-14));

    ForecastReport short_one = report;
    for (TargetReport* target : {&short_one.targets[0], &short_one.targets[1], &short_one.all})
        target->autoregression.reset();
    CHECK(to_table(short_one) ==
          "One step ahead on 2 held-out rows, row 39 to 40, each column in its units:\n"
          "\n"
          "a                                       RMSE   of persistence\n"
          "recurrent net                          3.162            1.054\n"
          "persistence (the value before)             3            1.000\n"
          "linear autoregression of order 9   too few training rows to fit it\n"
          "\n"
          "c                                       RMSE   of persistence\n"
          "recurrent net                          4.031            1.008\n"
          "persistence (the value before)             4            1.000\n"
          "linear autoregression of order 9   too few training rows to fit it\n"
          "\n"
          "all, in deviations of changes           RMSE   of persistence\n"
          "recurrent net                          1.425            1.008\n"
          "persistence (the value before)         1.414            1.000\n"
          "linear autoregression of order 9   too few training rows to fit it\n");
    CHECK(report.all.autoregression.has_value());
}

TEST_CASE("several targets: a plot for each, below each other, and one CSV") {
    const Series series = three_columns();
    const std::vector<Plot> plots = to_plots(report_without_net(series, 38));
    REQUIRE(plots.size() == 2);
    CHECK(plots[1].title == "c: one-step-ahead forecasts");
    CHECK(plots[1].x == plots[0].x);
    CHECK(to_csv(plots).starts_with(
        "row,a: truth,a: persistence,a: recurrent net,c: truth,c: persistence,c: recurrent net\n"));
    const std::string commands = to_gnuplot(plots);
    CHECK(commands.starts_with("set terminal svg size 900,880 "));
    CHECK(commands.find("set origin 0,0.5\n") < commands.find("set origin 0,0\n"));
    CHECK(commands.find("set bmargin at screen 0.615\n") != commands.npos);
    CHECK(commands.ends_with("unset multiplot\n"));
}
