// Forecasts from several columns, and by nets of every kind.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/random.hpp>
#include <revolute/tools/training/forecast_model.hpp>
#include <revolute/tools/training/trainer.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using test::message_of;

namespace {

/// Four rows: a, b, y.
Series small_table() {
    return {.source = "table.csv",
            .axis = {},
            .targets = {{"y", {100, 101, 103, 106}}},
            .inputs = {{"a", {1, 2, 3, 4}}, {"b", {10, 20, 30, 40}}}};
}

ForecastModel model_of(const Architecture& architecture) {
    ForecastModel model;
    model.inputs = {{"a", {1, 2}}, {"b", {20, 10}}};
    model.targets = {{"y", {0.5, 3}}};
    model.settings.architecture = architecture;
    model.settings.window = 2;
    model.settings.hidden = 3;
    model.training_rows = 3;
    Random random(5);
    model.parameters = initial_parameters(architecture, model.sizes(1), random);
    return model;
}

/// The forecast of a row by a graph that is built and evaluated here, for one column of the batch.
double by_evaluator(const ForecastModel& model, const Series& series, std::size_t row) {
    Graph graph;
    const RecurrentNet net =
        recurrent_net(graph, {.steps = 2, .input = 2, .hidden = 3, .output = 1, .batch = 1},
                      model.settings.architecture);
    Bindings values;
    const std::vector<Expr> parameters = net.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i)
        values.bind(parameters[i], model.parameters[i]);
    for (std::size_t t = 0; t < 2; ++t)
        values.bind(net.inputs[t],
                    Matrix::from_rows({{(series.inputs[0].values[row - 2 + t] - 1) / 2},
                                       {(series.inputs[1].values[row - 2 + t] - 20) / 10}}));
    const Matrix y = evaluate(net.read_out.y.front(), values);
    return series.targets[0].values[row - 1] + 0.5 + 3 * y(0, 0);
}

}  // namespace

TEST_CASE("windows: rows before each target, a column of the batch for each, by hand") {
    // Standardised by hand: a by (a - 1) / 2, b by (b - 20) / 10.
    const Matrix inputs = standardised_inputs(model_of({}), small_table());
    CHECK(inputs == Matrix::from_rows({{0, 0.5, 1, 1.5}, {-1, 0, 1, 2}}));
    const std::size_t targets[] = {2, 4};
    const std::vector<Matrix> windows = windows_before(targets, inputs, 2);
    REQUIRE(windows.size() == 2);
    CHECK(windows[0] == Matrix::from_rows({{0, 1}, {-1, 1}}));     // rows 0 and 2
    CHECK(windows[1] == Matrix::from_rows({{0.5, 1.5}, {0, 2}}));  // rows 1 and 3
}

TEST_CASE("windows: of changes, from the row before to each row, by hand") {
    ForecastModel model = model_of({});
    model.settings.reading = Reading::changes;
    model.inputs = {{"a", {1, 2}}, {"y", {2, 0.5}}};
    Series series = small_table();
    series.inputs[0].values = {1, 2, 4, 1};
    series.inputs[1] = series.targets[0];
    CHECK(model.rows_before() == 3);
    const std::size_t targets[] = {3, 4};
    const std::vector<Matrix> windows =
        windows_before(targets, standardised_inputs(model, series), 2);
    // Changes of a: 1, 2, -3; of y: 1, 2, 3. Standardised by (a - 1) / 2 and (y - 2) / 0.5.
    CHECK(windows[0] == Matrix::from_rows({{0, 0.5}, {-2, 0}}));
    CHECK(windows[1] == Matrix::from_rows({{0.5, -2}, {0, 2}}));
}

TEST_CASE("forecast: of changes, forecasts go on as values, and one row more is needed") {
    ForecastModel model = model_of({});
    model.settings.reading = Reading::changes;
    model.inputs = {{"y", {2, 0.5}}};
    Random random(5);
    model.parameters = initial_parameters({}, model.sizes(1), random);
    Series series = small_table();
    series.inputs = series.targets;
    const std::vector<double> ahead = forecast_ahead(model, series, 2)[0].values;
    REQUIRE(ahead.size() == 2);
    series.targets[0].values.insert(series.targets[0].values.end(), {ahead[0], 0.0});
    series.inputs = series.targets;
    const std::vector<double> each = forecast_each(model, series, 4)[0].values;
    CHECK(each[0] == doctest::Approx(ahead[0]).epsilon(1e-14));
    CHECK(each[1] == doctest::Approx(ahead[1]).epsilon(1e-14));
    CHECK(message_of<ShapeError>([&] { forecast_each(model, series, 2); }) ==
          "forecast: a whole window of 3 rows must come before (there are 2)");
}

TEST_CASE("forecast: what every net answers is what the evaluator computes window by window") {
    for (const CellKind kind : cell_kinds())
        for (const bool is_wide : {false, true}) {
            CAPTURE(name_of(kind));
            const ForecastModel model = model_of({.cell = kind,
                                                  .layers = is_wide ? 2 : 1,
                                                  .is_bidirectional = is_wide,
                                                  .is_residual = is_wide});
            Series series = small_table();
            const std::vector<double> each = forecast_each(model, series, 2)[0].values;
            REQUIRE(each.size() == 2);
            // A product over two columns may round otherwise than over one: values of the order of
            // 100.
            CHECK(each[0] == doctest::Approx(by_evaluator(model, series, 2)).epsilon(1e-14));
            CHECK(each[1] == doctest::Approx(by_evaluator(model, series, 3)).epsilon(1e-14));
            const std::vector<double> ahead = forecast_ahead(model, series, 1)[0].values;
            REQUIRE(ahead.size() == 1);
            CHECK(ahead[0] == doctest::Approx(by_evaluator(model, series, 4)).epsilon(1e-14));
        }
}

TEST_CASE("forecast: a net that reads other columns than it forecasts needs their next values") {
    CHECK(
        message_of<Error>([] { forecast_ahead(model_of({}), small_table(), 2); }) ==
        "forecast: the horizon must be 1 for a net that reads other columns than it forecasts (2)\n"
        "  it forecasts y; to go on, it would have to read the next values of a, b\n"
        "  --future FILE.csv gives them, in a row for each row to be forecast but the last");
    ForecastModel model = model_of({});
    model.targets[0].name = "b";
    Series series = small_table();
    series.targets = {series.inputs[1]};
    CHECK(
        message_of<Error>([&] { forecast_ahead(model, series, 2); }) ==
        "forecast: the horizon must be 1 for a net that reads other columns than it forecasts (2)\n"
        "  it forecasts b; to go on, it would have to read the next values of a\n"
        "  --future FILE.csv gives them, in a row for each row to be forecast but the last");
}

TEST_CASE("forecast: a series of other columns than the model's is refused") {
    const auto refused = [](const Series& series) {
        return message_of<ShapeError>([&] { forecast_each(model_of({}), series, 2); });
    };
    Series series = small_table();
    std::swap(series.inputs[0], series.inputs[1]);
    CHECK(refused(series) ==
          "forecast: the series must have the columns of the model\n"
          "  the model forecasts y from a, b\n"
          "  the series is y and b, a");
    series = small_table();
    series.targets[0].name = std::string("z");
    CHECK(refused(series) ==
          "forecast: the series must have the columns of the model\n"
          "  the model forecasts y from a, b\n"
          "  the series is z and a, b");
}
