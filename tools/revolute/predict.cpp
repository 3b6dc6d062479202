#include "commands.hpp"
#include "options/data_options.hpp"
#include "options/option_values.hpp"
#include "options/program_options.hpp"
#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/cost/memory_need.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/tables/csv.hpp>
#include <revolute/tools/training/model_file.hpp>
#include <revolute/tools/training/next_rows.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace revolute {

namespace {

enum class ForecastFormat : std::uint8_t { table, csv, json };

struct PredictOptions {
    std::string model;
    std::string data;
    DataOptions reading;
    int horizon = 1;
    std::optional<std::string> future;
    ForecastFormat format = ForecastFormat::table;
};

/// Forecasts and where they stand on the axis.
struct Forecasts {
    const Series& series;
    std::vector<NumberColumn> columns;  // of the targets

    std::size_t row_count() const { return columns.front().values.size(); }
    std::string at(std::size_t i) const { return series.axis.text(series.row_count() + i); }
};

void print_table(const Forecasts& forecasts) {
    const Series& series = forecasts.series;
    std::size_t width = std::max<std::size_t>(series.axis.name.size(), 10);
    width = std::max(width, forecasts.at(0).size());
    print("{:>{}}", series.axis.name, width);
    for (const NumberColumn& column : forecasts.columns) print("  {:>12}", column.name);
    print("\n");
    for (std::size_t i = 0; i < forecasts.row_count(); ++i) {
        print("{:>{}}", forecasts.at(i), width);
        for (const NumberColumn& column : forecasts.columns)
            print("  {:>{}.6g}", column.values[i], std::max<std::size_t>(column.name.size(), 12));
        print("\n");
    }
}

void print_json(const Forecasts& forecasts) {
    const Axis& axis = forecasts.series.axis;
    nlohmann::ordered_json list = nlohmann::ordered_json::array(), names = list;
    const std::vector<NumberColumn>& columns = forecasts.columns;
    for (const NumberColumn& column : columns) names.push_back(column.name);
    const bool is_one = columns.size() == 1;
    for (std::size_t i = 0; i < forecasts.row_count(); ++i) {
        nlohmann::ordered_json at = axis.at(forecasts.series.row_count() + i);
        if (axis.dates) at = forecasts.at(i);
        nlohmann::ordered_json forecast;
        for (const NumberColumn& column : columns) forecast[column.name] = column.values[i];
        if (is_one) forecast = columns.front().values[i];
        list.push_back({{"at", std::move(at)}, {"forecast", std::move(forecast)}});
    }
    const nlohmann::ordered_json json{{is_one ? "column" : "columns", is_one ? names[0] : names},
                                      {"axis", axis.name},
                                      {"forecasts", std::move(list)}};
    print("{}\n", json.dump(2));
}

void print_csv(const Forecasts& forecasts) {
    const Axis& axis = forecasts.series.axis;
    const TextColumn at{axis.name, axis.texts(forecasts.series.row_count(), forecasts.row_count())};
    print("{}", to_csv(at, forecasts.columns));
}

/// Says why a table of next values changes nothing, where that is so.
bool needs_next_values(const PredictOptions& options, const std::vector<std::string>& names) {
    if (!names.empty() && options.horizon > 1) return true;
    tell("{}: is not needed: {}\n", *options.future,
         names.empty() ? "the net reads no columns but those that it forecasts"
                       : "the first row is forecast from DATA.csv alone (--horizon)");
    return false;
}

/// The values of --future that the net reads.
std::vector<NumberColumn> next_values(const PredictOptions& options, const ForecastModel& model,
                                      const Series& series, NumberSigns signs) {
    if (!options.future) return {};
    const std::vector<std::string> names = not_forecast(model);
    CsvOptions reading = options.reading.csv;
    reading.beside = signs;
    const Table table = Table::read(*options.future, reading);
    if (!needs_next_values(options, names)) return {};
    if (const std::string how = table.how_read(); !how.empty())
        tell("{}: {}\n", table.source(), how);
    return read_next_rows(table, names, series, static_cast<std::size_t>(options.horizon) - 1,
                          options.reading.series.missing);
}

/// The largest horizon, at most that of the options, for which `fits` holds, as it does for all
/// smaller ones; 0 for none.
template <class Fits>
int largest_horizon(const PredictOptions& options, const Fits& fits) {
    if (fits(options.horizon)) return options.horizon;
    int most = 0, fails = options.horizon;
    while (fails - most > 1) {
        const int middle = most + (fails - most) / 2;
        (fits(middle) ? most : fails) = middle;
    }
    return most;
}

std::string advice_on_horizon(int most) {
    return most > 0 ? fmt::format("\n  --horizon {} is the largest", most) : std::string();
}

/// Refuses rows whose dates could not be written.
void require_dates(const PredictOptions& options, const Series& series) {
    const int most = largest_horizon(options, [&](int horizon) {
        return series.axis.has_text(series.row_count() + static_cast<std::size_t>(horizon) - 1);
    });
    if (most == options.horizon) return;
    throw Error(fmt::format(
        "predict: dates go to the end of the year 9999, which the rows to forecast pass ({} from "
        "{} on){}",
        options.horizon, series.axis.text(series.row_count() - 1), advice_on_horizon(most)));
}

/// Refuses so many rows that they do not fit into the memory.
void require_rows_fit(const PredictOptions& options, std::size_t targets) {
    // Measured, with one target and with five: bytes of a row, and of each forecast in it.
    const double of_row = options.format == ForecastFormat::json  ? 165
                          : options.format == ForecastFormat::csv ? 55
                                                                  : 0;
    const double of_forecast = options.format == ForecastFormat::json  ? 240
                               : options.format == ForecastFormat::csv ? 70
                                                                       : 16;
    const double bytes_a_row = of_row + of_forecast * static_cast<double>(targets);
    const auto available = static_cast<double>(available_memory());
    const int most =
        largest_horizon(options, [&](int horizon) { return bytes_a_row * horizon <= available; });
    if (most == options.horizon) return;
    throw CapacityError(fmt::format(
        "predict: the forecasts must fit into the memory that there is ({} rows take about {}, of "
        "{}){}",
        options.horizon, bytes_in_words(static_cast<std::size_t>(bytes_a_row * options.horizon)),
        bytes_in_words(available_memory()), advice_on_horizon(most)));
}

void predict(const PredictOptions& options) {
    const ForecastModel model = read_model(options.model);
    require_horizon(model, options.horizon, options.future ? NextRows::given : NextRows::unknown);
    require_memory("predict", {model.sizes(1), model.settings.architecture}, memory_of_predict, {},
                   available_memory());
    require_rows_fit(options, model.targets.size());
    std::optional<Activity> activity(std::in_place, "predict");
    activity->now("reading the table");
    const Table table = Table::read(options.data, options.reading.csv);
    const Series series = read_series(table, columns_of(model), options.reading.series);
    activity.reset();
    say_how_read(table, series);
    require_dates(options, series);
    const std::vector<NumberColumn> next = next_values(options, model, series, table.signs());
    activity.emplace("predict");
    const auto tell = [&](int done) {
        activity->now(fmt::format("row {} of {}", done, options.horizon));
    };
    const Forecasts forecasts{series, forecast_ahead(model, series, options.horizon, next, tell)};
    activity.reset();
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
        ->required()
        ->check(file_name());
    command
        .add_option("DATA.csv", options->data,
                    "Table with the columns that the model was trained on")
        ->required()
        ->check(file_name());
    add_data_options(command, options->reading);
    command
        .add_option("--horizon", options->horizon,
                    "Number of rows; from the second on, forecasts are read as if they were data, "
                    "and what the model reads of other columns is read of --future")
        ->check(whole_number(1, 1'000'000'000));
    command
        .add_option("--future", options->future,
                    "Table with the next values of the columns that the model reads and does not "
                    "forecast, for all rows but the last; where DATA.csv has an axis it has that "
                    "too")
        ->check(file_name());
    add_choice(command, "--format", options->format, "How to print them",
               {{"table", ForecastFormat::table},
                {"csv", ForecastFormat::csv},
                {"json", ForecastFormat::json}});
    command.footer("Example:\n  revolute predict model.json sunspots.csv --horizon 5");
    command.callback([options] { predict(*options); });
}

}  // namespace revolute
