#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/forecast_report.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace revolute;
using test::message_of;

namespace {

/// Window 2, one unit: h(0) = tanh(2 x(0)), h(1) = tanh(2 x(1) + h(0)), y = 3 h(1) + 0.5.
ForecastModel small_model() {
    ForecastModel model;
    model.inputs = {{"count", {10, 2}}};
    model.targets = {{"count", {1, 4}}};
    model.parameters = {Matrix(1, 1, 2), Matrix(1, 1, 1), Matrix(1, 1, 0), Matrix(1, 1, 3),
                        Matrix(1, 1, 0.5)};
    model.settings.window = 2;
    model.settings.hidden = 1;
    model.training_rows = 4;
    return model;
}

double by_hand(double before_last, double last) {
    const double h = std::tanh(2 * (last - 10) / 2 + std::tanh(2 * (before_last - 10) / 2));
    return last + 1 + 4 * (3 * h + 0.5);
}

Series series_of(const std::vector<double>& values) {
    return {.source = "data.csv",
            .axis = {.name = "year", .first = 2000, .spacing = 1},
            .targets = {{"count", values}},
            .inputs = {{"count", values}}};
}

Series small_series() { return series_of({10, 11, 9, 10.5, 10, 9.5}); }

}  // namespace

TEST_CASE("forecast: each from the true values before it, by hand") {
    const std::vector<double> forecasts = forecast_each(small_model(), small_series(), 4)[0].values;
    REQUIRE(forecasts.size() == 2);
    CHECK(forecasts[0] == doctest::Approx(by_hand(9, 10.5)).epsilon(1e-14));
    CHECK(forecasts[1] == doctest::Approx(by_hand(10.5, 10)).epsilon(1e-14));
    CHECK(forecast_each(small_model(), small_series(), 6)[0].values.empty());
}

TEST_CASE("forecast: ahead, forecasts are read as values, by hand") {
    const std::vector<double> forecasts =
        forecast_ahead(small_model(), small_series(), 3)[0].values;
    REQUIRE(forecasts.size() == 3);
    CHECK(forecasts[0] == doctest::Approx(by_hand(10, 9.5)).epsilon(1e-14));
    CHECK(forecasts[1] == doctest::Approx(by_hand(9.5, forecasts[0])).epsilon(1e-14));
    CHECK(forecasts[2] == doctest::Approx(by_hand(forecasts[0], forecasts[1])).epsilon(1e-14));
}

TEST_CASE("forecast: ahead by changes, forecasts are read as values, by hand") {
    ForecastModel model = small_model();
    model.settings.reading = Reading::changes;
    model.inputs = {{"count", {0.5, 2}}};
    const std::vector<double> forecasts = forecast_ahead(model, small_series(), 4)[0].values;
    std::vector<double> path = small_series().targets[0].values;
    for (const double forecast : forecasts) {
        const std::size_t n = path.size();
        const double first = (path[n - 2] - path[n - 3] - 0.5) / 2;
        const double second = (path[n - 1] - path[n - 2] - 0.5) / 2;
        const double h = std::tanh(2 * second + std::tanh(2 * first));
        CHECK(forecast == doctest::Approx(path.back() + 1 + 4 * (3 * h + 0.5)).epsilon(1e-14));
        path.push_back(forecast);
    }
}

TEST_CASE("forecast: more rows than are computed at a time are each as if alone") {
    std::vector<double> values;
    for (int i = 0; i < 2500; ++i) values.push_back(10 + std::sin(i));
    const std::vector<double> forecasts =
        forecast_each(small_model(), series_of(values), 2)[0].values;
    REQUIRE(forecasts.size() == 2498);
    for (std::size_t row = 2; row < 2500; ++row)
        REQUIRE(forecasts[row - 2] ==
                doctest::Approx(by_hand(values[row - 2], values[row - 1])).epsilon(1e-13));
}

TEST_CASE("forecast: the rows that are done are told, one by one") {
    std::vector<int> told;
    forecast_ahead(small_model(), small_series(), 3, {}, [&](int done) { told.push_back(done); });
    CHECK(told == std::vector<int>{1, 2, 3});
}

TEST_CASE("forecast: one that is not finite says the row, what was read and the largest weight") {
    const auto refused = [](const ForecastModel& model, const Series& series) {
        return message_of<EvaluationError>([&] { forecast_ahead(model, series, 1000); });
    };
    ForecastModel growing = small_model();  // a net without bounds
    growing.settings.architecture.cell = CellKind::simple_relu;
    const double huge = 1.5e308;
    CHECK(refused(growing, series_of({10, huge, huge, huge})) ==
          "forecast: a forecast must be finite (inf for year 2004)\n"
          "  of what the net read, count was farthest from the training part: 7.5e+307 of its "
          "deviations, as the forecasts before it, or the data, had left the range that it "
          "learned\n  the largest weight is 3, in V");

    ForecastModel diverged = small_model();
    diverged.parameters[3](0, 0) = 1e308;
    CHECK(refused(diverged, series_of({10, 11, 12})) ==
          "forecast: a forecast must be finite (inf for year 2003)\n"
          "  of what the net read, count was farthest from the training part: 1 of its deviations\n"
          "  the largest weight is 1e+308, in V: training has diverged; a smaller --learning-rate "
          "may help");

    growing.parameters[3](0, 0) = 10;
    CHECK(refused(growing, small_series())
              .starts_with("forecast: a forecast must be finite (inf for year 2"));

    CHECK(message_of<EvaluationError>([&] {
              forecast_each(diverged, series_of({10, 11, 12, 13}), 3);
          }).starts_with("forecast: a forecast must be finite (inf for year 2003)\n"));
}

TEST_CASE("forecast: needs a whole window and a horizon") {
    const Series short_series = series_of({1});
    CHECK(message_of<ShapeError>([&] { forecast_each(small_model(), short_series, 1); }) ==
          "forecast: a whole window of 2 rows must come before (there are 1)");
    CHECK(message_of<ShapeError>([&] { forecast_ahead(small_model(), short_series, 1); }) ==
          "forecast: a whole window of 2 rows must come before (there are 1)");
    CHECK(message_of<ShapeError>([&] { forecast_ahead(small_model(), short_series, 0); }) ==
          "forecast: the horizon must be at least 1 (0)");
}

TEST_CASE("forecast report: table beside persistence, in the units of the data") {
    ForecastModel model = small_model();
    model.parameters[3](0, 0) = 0;  // forecasts the last value + 1 + 4 * 0.5
    CHECK(to_table(report_forecasts(model, small_series(), 4)) ==
          "One step ahead on 2 held-out rows, year 2004 to 2005, in units of count:\n"
          "\n"
          "                                        RMSE   of persistence\n"
          "recurrent net                            3.5            7.000\n"
          "persistence (the value before)           0.5            1.000\n"
          "linear autoregression of order 9   too few training rows to fit it\n");
}

TEST_CASE("forecast report: a net that is far off has a number that can be read") {
    ForecastModel model = small_model();
    model.parameters[3](0, 0) = 1e200;
    const std::string table = to_table(report_forecasts(model, small_series(), 4));
    CAPTURE(table);
    CHECK(table.find("e+20") != std::string::npos);
    CHECK(table.find("00000") == std::string::npos);
}

TEST_CASE("forecast report: with enough training rows it has the linear autoregression") {
    std::vector<double> values = small_series().targets[0].values;
    for (int i = 0; i < 30; ++i) values.push_back(10 + std::sin(i));
    ForecastModel model = small_model();
    model.training_rows = 30;
    const ForecastReport report = report_forecasts(model, series_of(values), 30);
    REQUIRE(report.targets[0].autoregression);
    CHECK(report.targets[0].autoregression->values.size() == 6);
    CHECK(to_table(report).find("\nlinear autoregression of order 9 ") != std::string::npos);
}

TEST_CASE("forecast report: the held-out rows come after the training rows") {
    CHECK(message_of<ShapeError>([] { report_forecasts(small_model(), small_series(), 3); }) ==
          "forecast report: the first held-out row must come after the 4 training rows of 6 (3)");
    CHECK(message_of<ShapeError>([] { report_forecasts(small_model(), small_series(), 6); }) ==
          "forecast report: the first held-out row must come after the 4 training rows of 6 (6)");
}

TEST_CASE("forecast report: the plot shows as much of the training part as was held out") {
    const ForecastReport report = report_forecasts(small_model(), small_series(), 4);
    const Plot plot = to_plots(report).front();
    CHECK(plot.x == std::vector<double>{2002, 2003, 2004, 2005});
    CHECK(plot.x_label == "year");
    CHECK(plot.y_label == "count");
    CHECK(plot.held_out_from == 2004);
    CHECK(plot.x_as_dates.empty());
    REQUIRE(plot.curves.size() == 3);
    CHECK(plot.curves[0].title == "truth");
    CHECK(plot.curves[0].y == std::vector<double>{9, 10.5, 10, 9.5});
    CHECK(plot.curves[1].title == "persistence");
    CHECK(std::isnan(plot.curves[1].y[1]));
    CHECK(plot.curves[1].y[2] == 10.5);
    CHECK(plot.curves[2].title == "recurrent net");
    CHECK(plot.curves[2].y[3] == report.targets[0].net.values[1]);
}

TEST_CASE("forecast report: dates go into the table and the plot") {
    Series series = small_series();
    series.axis = read_series(Table::parse("day,v\n2019-12-30,1\n2019-12-31,2\n", "x")).axis;
    ForecastModel model = small_model();
    const ForecastReport report = report_forecasts(model, series, 4);
    CHECK(to_table(report).starts_with(
        "One step ahead on 2 held-out rows, day 2020-01-03 to 2020-01-04, in units of count:\n"));
    const Plot plot = to_plots(report).front();
    CHECK(plot.x_as_dates ==
          std::vector<std::string>{"2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"});
    CHECK(to_csv(plot).starts_with("day,truth,persistence,recurrent net\n2020-01-01,9,,\n"));
    CHECK(to_gnuplot(plot).find("set xtics time format '%m-%d %H:%M'\n") != std::string::npos);
}
