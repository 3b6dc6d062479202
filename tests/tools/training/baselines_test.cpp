#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/baselines.hpp>
#include <revolute/tools/training/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using test::message_of;

TEST_CASE("baselines: root mean square error") {
    CHECK(root_mean_square_error(std::vector<double>{1, 2}, std::vector<double>{2, 9}) == 5);
}

TEST_CASE("baselines: errors of unequal lengths have no mean") {
    const std::vector<double> two{1, 2};
    CHECK(message_of<ShapeError>([&] { root_mean_square_error(two, {}); }) ==
          "root_mean_square_error: needs as many forecasts as true values, at least one (2 and 0)");
    CHECK(message_of<ShapeError>([&] { root_mean_square_error({}, {}); }) ==
          "root_mean_square_error: needs as many forecasts as true values, at least one (0 and 0)");
}

TEST_CASE("baselines: persistence is the value before") {
    const std::vector<double> values{3, 1, 4, 1, 5};
    CHECK(persistence(values, 2) == std::vector<double>{1, 4, 1});
    CHECK(
        message_of<ShapeError>([&] { persistence(values, 0); }) ==
        "persistence: the first forecast must have 1 values before it, and there must be that many "
        "rows (first is 0, of 5)");
}

TEST_CASE("baselines: a linear recurrence is found again") {
    std::vector<double> values{1, 2};  // x(t) = 0.5 + 1.2 x(t-1) - 0.9 x(t-2)
    while (values.size() < 40)
        values.push_back(0.5 + 1.2 * values.back() - 0.9 * values[values.size() - 2]);
    const std::span all(values);
    const LinearAutoregression fit(all.first(30), 2);
    // Least squares of a well-conditioned system: errors of a few ulp of the largest value.
    CHECK(fit.intercept() == doctest::Approx(0.5).epsilon(1e-12));
    CHECK(fit.coefficients()[0] == doctest::Approx(1.2).epsilon(1e-12));
    CHECK(fit.coefficients()[1] == doctest::Approx(-0.9).epsilon(1e-12));
    const std::vector<double> forecasts = fit.forecasts(values, 30);
    REQUIRE(forecasts.size() == 10);
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(forecasts[i] == doctest::Approx(values[30 + i]).epsilon(1e-12));
}

TEST_CASE("baselines: the unit changes nothing, though squares be beyond the range of doubles") {
    std::vector<double> values{1, 2};
    while (values.size() < 40)
        values.push_back(0.5 + 1.2 * values.back() - 0.9 * values[values.size() - 2]);
    for (const double unit : {1e250, 1e160, 1e40, 1e10, 1e-10, 1e-40, 1e-60, 1e-160, 1e-250}) {
        CAPTURE(unit);
        std::vector<double> scaled = values;
        for (double& value : scaled) value *= unit;
        const LinearAutoregression fit(scaled, 2);
        CHECK(fit.intercept() / unit == doctest::Approx(0.5).epsilon(1e-12));
        CHECK(fit.coefficients()[0] == doctest::Approx(1.2).epsilon(1e-12));
        CHECK(fit.coefficients()[1] == doctest::Approx(-0.9).epsilon(1e-12));
        CHECK(root_mean_square_error(std::vector<double>(40, 0.0), scaled) ==
              doctest::Approx(unit * root_mean_square_error(std::vector<double>(40, 0.0), values)));
    }
}

TEST_CASE("baselines: the fit sees the training part alone") {
    const Series series = read_series(Table::read(REVOLUTE_TEST_DATA "/sunspots.csv"));
    const std::span values(series.targets[0].values);
    const LinearAutoregression fit(values.first(247), 9);
    const auto truth = values.subspan(247);
    const double of_persistence = root_mean_square_error(fit.forecasts(values, 247), truth) /
                                  root_mean_square_error(persistence(values, 247), truth);
    CHECK(of_persistence == doctest::Approx(0.584).epsilon(0.001));
}

TEST_CASE("baselines: a linear autoregression needs values") {
    const std::vector<double> values(18);
    CHECK(message_of<ShapeError>([&] { LinearAutoregression(values, 9); }) ==
          "linear autoregression: order 9 needs at least order 1 and 19 values (18)");
    CHECK(message_of<ShapeError>([&] { LinearAutoregression(values, 0); }) ==
          "linear autoregression: order 0 needs at least order 1 and 1 values (18)");
    const LinearAutoregression fit(values, 2);
    CHECK(
        message_of<ShapeError>([&] { fit.forecasts(values, 1); }) ==
        "linear autoregression: the first forecast must have 2 values before it, and there must be "
        "that many rows (first is 1, of 18)");
}
