#include "commands.hpp"
#include "option_values.hpp"
#include <revolute/tools/csv.hpp>
#include <revolute/tools/model_file.hpp>
#include <revolute/tools/standard_output.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace revolute {

namespace {

enum class ForecastFormat : std::uint8_t { table, csv, json };

struct PredictOptions {
    std::string model;
    std::string data;
    int horizon = 1;
    ForecastFormat format = ForecastFormat::table;
};

void print_table(const Series& series, std::span<const double> at,
                 std::span<const double> forecasts) {
    const std::size_t width = std::max<std::size_t>(series.axis.name.size(), 10);
    print("{:>{}}  {:>12}\n", series.axis.name, width, series.target.name);
    for (std::size_t i = 0; i < at.size(); ++i)
        print("{:>{}}  {:>12.6g}\n", at[i], width, forecasts[i]);
}

void print_json(const Series& series, std::span<const double> at,
                std::span<const double> forecasts) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < at.size(); ++i)
        list.push_back({{"at", at[i]}, {"forecast", forecasts[i]}});
    const nlohmann::ordered_json json{
        {"column", series.target.name}, {"axis", series.axis.name}, {"forecasts", std::move(list)}};
    print("{}\n", json.dump(2));
}

void predict(const PredictOptions& options) {
    const ForecastModel model = read_model(options.model);
    const Series series = read_series(Table::read(options.data), columns_of(model));
    const std::vector<double> forecasts = forecast_ahead(model, series, options.horizon);
    std::vector<double> at;
    for (std::size_t i = 0; i < forecasts.size(); ++i)
        at.push_back(series.axis.at(series.row_count() + i));
    if (options.format == ForecastFormat::json)
        print_json(series, at, forecasts);
    else if (options.format == ForecastFormat::csv)
        print("{}", to_csv({{series.axis.name, at}, {series.target.name, forecasts}}));
    else
        print_table(series, at, forecasts);
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
