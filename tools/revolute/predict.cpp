#include "commands.hpp"
#include "data_options.hpp"
#include "option_values.hpp"
#include <revolute/tools/csv.hpp>
#include <revolute/tools/model_file.hpp>
#include <revolute/tools/progress.hpp>
#include <revolute/tools/standard_output.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>

namespace revolute {

namespace {

enum class ForecastFormat : std::uint8_t { table, csv, json };

struct PredictOptions {
    std::string model;
    std::string data;
    DataOptions reading;
    int horizon = 1;
    ForecastFormat format = ForecastFormat::table;
};

/// Forecasts and where they stand on the axis.
struct Forecasts {
    const Series& series;
    std::vector<double> values;

    std::string at(std::size_t i) const { return series.axis.text(series.row_count() + i); }
};

void print_table(const Forecasts& forecasts) {
    const Series& series = forecasts.series;
    std::size_t width = std::max<std::size_t>(series.axis.name.size(), 10);
    width = std::max(width, forecasts.at(0).size());
    print("{:>{}}  {:>12}\n", series.axis.name, width, series.target.name);
    for (std::size_t i = 0; i < forecasts.values.size(); ++i)
        print("{:>{}}  {:>12.6g}\n", forecasts.at(i), width, forecasts.values[i]);
}

void print_json(const Forecasts& forecasts) {
    const Axis& axis = forecasts.series.axis;
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < forecasts.values.size(); ++i) {
        nlohmann::ordered_json at = axis.at(forecasts.series.row_count() + i);
        if (axis.dates) at = forecasts.at(i);
        list.push_back({{"at", std::move(at)}, {"forecast", forecasts.values[i]}});
    }
    const nlohmann::ordered_json json{{"column", forecasts.series.target.name},
                                      {"axis", axis.name},
                                      {"forecasts", std::move(list)}};
    print("{}\n", json.dump(2));
}

void print_csv(const Forecasts& forecasts) {
    const Axis& axis = forecasts.series.axis;
    const TextColumn at{axis.name,
                        axis.texts(forecasts.series.row_count(), forecasts.values.size())};
    print("{}", to_csv(at, {{forecasts.series.target.name, forecasts.values}}));
}

void predict(const PredictOptions& options) {
    const ForecastModel model = read_model(options.model);
    require_horizon(model, options.horizon);
    const Table table = Table::read(options.data, options.reading.csv);
    const Series series = read_series(table, columns_of(model), options.reading.series);
    say_how_read(table, series);
    using namespace std::chrono_literals;
    Progress progress(std::cerr, style_of_standard_error(), "row", options.horizon, 2s);
    const Forecasts forecasts{series, forecast_ahead(model, series, options.horizon,
                                                     [&](int done) { progress.update(done, ""); })};
    if (options.format == ForecastFormat::json)
        print_json(forecasts);
    else if (options.format == ForecastFormat::csv)
        print_csv(forecasts);
    else
        print_table(forecasts);
}

}  // namespace

void add_predict_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "predict", "Forecast the rows after the last one of a table with a trained model");
    const auto options = std::make_shared<PredictOptions>();
    command.option_defaults()->always_capture_default();
    command.add_option("model.json", options->model, "Model file that `revolute train` wrote")
        ->required();
    command
        .add_option("DATA.csv", options->data,
                    "Table with the columns that the model was trained on")
        ->required();
    add_data_options(command, options->reading);
    command
        .add_option("--horizon", options->horizon,
                    "Number of rows; from the second on, forecasts are read as if they were data, "
                    "so a model "
                    "that reads other columns than it forecasts goes one row ahead only")
        ->check(whole_number(1, 1'000'000'000));
    add_choice(command, "--format", options->format, "How to print them",
               {{"table", ForecastFormat::table},
                {"csv", ForecastFormat::csv},
                {"json", ForecastFormat::json}});
    command.footer("Example:\n  revolute predict model.json sunspots.csv --horizon 5");
    command.callback([options] { predict(*options); });
}

}  // namespace revolute
