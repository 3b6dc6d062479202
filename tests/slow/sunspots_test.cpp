#include <revolute/tools/training/forecast_report.hpp>
#include <revolute/tools/training/sunspots.hpp>
#include <revolute/tools/training/trainer.hpp>

#include <doctest/doctest.h>

using namespace revolute;

TEST_CASE(
    "sunspots: with the defaults every seed from 1 to 10 has at most 0.65 of persistence's error") {
    const Series series = read_series(Table::parse(sunspots_csv, "sunspots.csv"));
    const std::size_t first = first_held_out(series.row_count(), 0.2);
    REQUIRE(series.axis.at(first) == 1947);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        TrainingSettings settings;
        settings.seed = seed;
        const ForecastReport report =
            report_forecasts(train(series, first, settings).model, series, first);
        MESSAGE("seed ", seed, ": ", report.rmse_over_persistence(), " of persistence");
        CHECK(report.rmse_over_persistence() <= 0.65);
    }
}
