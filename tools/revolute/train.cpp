#include "commands.hpp"
#include "data_options.hpp"
#include "finite_options.hpp"
#include "net_options.hpp"
#include "program_options.hpp"
#include "training_run.hpp"
#include <revolute/graph/error.hpp>
#include <revolute/tools/forecast_report.hpp>
#include <revolute/tools/model_file.hpp>
#include <revolute/tools/output_file.hpp>
#include <revolute/tools/standard_output.hpp>
#include <revolute/tools/weights_file.hpp>

#include <fmt/format.h>

#include <memory>

namespace revolute {

namespace {

struct TrainOptions {
    std::string data;
    DataOptions reading;
    std::optional<std::string> column;
    ColumnNames columns;  // in place of `column`
    std::optional<std::string> init;
    TrainingSettings settings;
    double test_fraction = 0.2;
    std::string save = "model.json";
    std::string plot = "out.svg";
    FiniteOptions finite;
    bool is_reference = false;
};

/// A momentum says something of sgd alone.
void require_momentum(const CLI::Option& momentum, OptimizerKind optimizer) {
    if (!momentum.empty() && optimizer != OptimizerKind::sgd)
        throw CLI::ValidationError("--momentum", "needs --optimizer sgd");
}

void require_svg(const std::string& plot) {
    if (std::filesystem::path(plot).extension() != ".svg")
        throw Error(fmt::format("the name of the plot's file must end in .svg ({})", plot));
}

/// Nothing is computed that could not be written in the end, and nothing the user has is lost.
void require_outputs(const TrainOptions& options) {
    const std::filesystem::path plot(options.plot);
    const std::filesystem::path table = csv_beside(plot);
    require_distinct({options.data, options.save, plot, table});
    if (options.init) require_distinct({*options.init, options.save, plot, table});
    for (const std::filesystem::path& path : {std::filesystem::path(options.save), plot, table})
        require_writable(path);
}

void report(const TrainOptions& options, const ForecastModel& model, const Series& series,
            std::size_t first) {
    print("{}  the model, for `revolute predict {} {}`\n", options.save, options.save,
          options.data);
    if (first == series.row_count()) {
        print("No row was held out, so there is nothing to compare with and nothing to plot.\n");
        return;
    }
    const ForecastReport forecasts = report_forecasts(model, series, first);
    const bool is_drawn = write_plot(options.plot, to_plot(forecasts));
    print("{}  the held-out forecasts in numbers\n", csv_beside(options.plot).string());
    if (is_drawn)
        print("{}  the same as a plot\n", options.plot);
    else
        print("{}  is not written: gnuplot is not installed\n", options.plot);
    print("\n{}", to_table(forecasts));
}

Series read_data(const TrainOptions& options) {
    const Table table = Table::read(options.data, options.reading.csv);
    Series series = options.columns.inputs.empty()
                        ? read_series(table, options.column, options.reading.series)
                        : read_series(table, options.columns, options.reading.series);
    say_how_read(table, series);
    return series;
}

/// The weights of --init for a net that reads so many columns.
std::optional<std::vector<Matrix>> weights_to_start_from(const TrainOptions& options,
                                                         std::size_t inputs) {
    if (!options.init) return std::nullopt;
    const Sizes sizes{.input = static_cast<int>(inputs), .hidden = options.settings.hidden};
    return from_state_dict(options.settings.architecture, sizes, read_weights(*options.init),
                           *options.init);
}

void train_and_report(const TrainOptions& options) {
    const Series series = read_data(options);
    const auto weights = weights_to_start_from(options, series.inputs.size());
    require_outputs(options);
    const std::size_t first = first_held_out(series.row_count(), options.test_fraction);
    const TrainingResult result =
        train_with_progress(series, first, options.settings,
                            {.finite_figure = finite_figure(options.finite),
                             .computed_by = computed_by(options.is_reference)},
                            weights);
    if (result.was_stopped && result.model.epochs_done == 0) {
        fmt::print(stderr, "interrupted in the first epoch: there is no model to save\n");
        throw CLI::RuntimeError(Interrupt::exit_status());
    }
    write_model(options.save, result.model);
    if (result.was_stopped) {
        fmt::print(stderr, "interrupted: {} holds the model after epoch {} of {}\n", options.save,
                   result.model.epochs_done, options.settings.epochs);
        throw CLI::RuntimeError(Interrupt::exit_status());
    }
    report(options, result.model, series, first);
}

void add_column_options(CLI::App& command, TrainOptions& options) {
    CLI::Option* column = command.add_option(
        "--column", options.column,
        "Column to forecast from itself; may be left out where only one beside the first has "
        "numbers");
    CLI::Option* inputs = command
                              .add_option("--columns", options.columns.inputs,
                                          "Columns that the net reads, with commas between them")
                              ->delimiter(',')
                              ->allow_extra_args(false)  // what follows may be DATA.csv
                              ->default_str("")
                              ->excludes(column);
    CLI::Option* target =
        command
            .add_option("--target", options.columns.target,
                        "Column to forecast from --columns, one of them or another")
            ->needs(inputs)
            ->excludes(column);
    inputs->needs(target);
    add_choice(command, "--read", options.settings.reading,
               "What the net reads: values, or their changes from row to row, which suit columns "
               "that keep rising",
               {{"values", Reading::values}, {"changes", Reading::changes}});
}

void add_options(CLI::App& command, TrainOptions& options) {
    TrainingSettings& settings = options.settings;
    command.add_option("DATA.csv", options.data, "Table, oldest row first or last")->required();
    add_column_options(command, options);
    add_data_options(command, options.reading);
    add_architecture_options(command, settings.architecture);
    command.add_option("--window", settings.window, "Rows that the net reads for one forecast")
        ->check(whole_number(1, 1'000'000));
    command.add_option("--hidden", settings.hidden, "Hidden units")
        ->check(whole_number(1, 1'000'000));
    command.add_option("--epochs", settings.epochs, "Passes over the training part")
        ->check(whole_number(0, 1'000'000'000));
    command
        .add_option("--batch", settings.batch, "Windows in one step of the optimiser, 0 for all")
        ->check(whole_number(0, 1'000'000'000));
    add_choice(command, "--optimizer", settings.optimizer, "Rule of the steps",
               {{"adam", OptimizerKind::adam},
                {"sgd", OptimizerKind::sgd},
                {"rmsprop", OptimizerKind::rmsprop}});
    command.add_option("--learning-rate", settings.learning_rate, "Length of a step")
        ->check(positive_number());
    command.add_option("--momentum", settings.momentum, "Momentum of sgd")->check(fraction());
    command.add_option("--clip", settings.clip, "Limit of the gradients' global norm, 0 for none")
        ->check(number_from_zero());
    command.add_option("--seed", settings.seed, "The same seed gives the same model")
        ->check(any_seed());
    command.add_option("--init", options.init,
                       "Weights to start from, as `revolute weights` writes them; with --epochs 0 "
                       "they are kept");
    command
        .add_option("--test-fraction", options.test_fraction,
                    "Part of the rows, at the end, held out from training")
        ->check(fraction());
    command.add_option("--save", options.save, "Model file to write");
    command
        .add_option("--plot", options.plot,
                    "SVG to write of the held-out forecasts; a CSV is written beside it")
        ->check(accepted_by(require_svg));
    add_finite_options(command, options.finite);
    add_reference_option(command, options.is_reference);
}

}  // namespace

void add_train_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "train", "Train a recurrent net to forecast a column of a table one row ahead");
    const auto options = std::make_shared<TrainOptions>();
    command.option_defaults()->always_capture_default();
    add_options(command, *options);
    command.footer(
        "Examples:\n  revolute train sunspots.csv --column SUNACTIVITY --save sunspots.json\n"
        "  revolute train macrodata.csv --columns realgdp,cpi,unemp --target unemp --cell lstm");
    command.callback([options, momentum = command.get_option("--momentum")] {
        require_momentum(*momentum, options->settings.optimizer);
        train_and_report(*options);
    });
}

}  // namespace revolute
