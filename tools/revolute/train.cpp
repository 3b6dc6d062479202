#include "commands.hpp"
#include "options/data_options.hpp"
#include "options/finite_options.hpp"
#include "options/net_options.hpp"
#include "options/option_values.hpp"
#include "options/program_options.hpp"
#include "train_outputs.hpp"
#include "training_run.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/cost/memory_need.hpp>
#include <revolute/tools/exchange/weights_file.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/detail/shell_word.hpp>
#include <revolute/tools/support/kept_output.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/training/forecast_report.hpp>
#include <revolute/tools/training/model_file.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>

namespace revolute {

namespace {

struct TrainOptions {
    std::string data;
    DataOptions reading;
    std::optional<std::string> column;
    std::vector<std::string> inputs, targets;  // lists of names, in place of `column`
    ColumnNames columns;                       // of the training that is resumed
    std::optional<std::string> init;
    std::optional<std::string> resume;
    bool rate_is_named = false, precision_is_named = false;
    TrainingSettings settings;
    double test_fraction = 0.2;
    TrainOutputs outputs;
    FiniteOptions finite;
    bool is_reference = false;
    CompileOptions compile;
    std::size_t memory = 0;  // that steps may take
    std::optional<double> validation;
    int patience = 20;
    std::string told_reading;  // options of `reading`, to be typed again
};

/// A momentum says something of sgd alone.
void require_momentum(const CLI::Option& momentum, OptimizerKind optimizer) {
    if (!momentum.empty() && optimizer != OptimizerKind::sgd)
        throw CLI::ValidationError("--momentum", "needs --optimizer sgd");
}

/// What is told of the model: beside it, where it or the plot goes to the standard output.
template <class... Arguments>
void say(const TrainOptions& options, fmt::format_string<Arguments...> format,
         Arguments&&... arguments) {
    const std::string text = fmt::format(format, std::forward<Arguments>(arguments)...);
    if (is_said_beside(options.outputs))
        tell("{}", text);
    else
        print("{}", text);
}

void report(const TrainOptions& options, const ForecastModel& model, const Series& series,
            std::size_t first) {
    say(options, "{}  the model, for `revolute predict {} {}{}`\n", options.outputs.save,
        detail::shell_word(options.outputs.save), detail::shell_word(options.data),
        options.told_reading);
    if (first == series.row_count()) {
        say(options,
            "No row was held out, so there is nothing to compare with and nothing to plot.\n");
        return;
    }
    std::optional<Activity> activity(std::in_place, "train");
    activity->now("forecasting the held-out rows");
    const ForecastReport forecasts = report_forecasts(model, series, first);
    activity->now("drawing their plot");
    const bool is_drawn = write_plot(options.outputs.plot, to_plots(forecasts));
    activity.reset();
    const auto table = csv_beside(options.outputs.plot);
    if (table) say(options, "{}  the held-out forecasts in numbers\n", table->string());
    say(options, "{}  {}\n", name_of_output(options.outputs.plot),
        !is_drawn ? "is not written: gnuplot is not installed"
        : table   ? "the same as a plot"
                  : "the held-out forecasts as a plot");
    say(options, "\n{}", to_table(forecasts));
}

std::vector<std::string> names_in(const std::vector<std::string>& lists, const Table& table) {
    std::vector<std::string> names;
    for (const std::string& list : lists)
        std::ranges::move(names_in_list(list, table), std::back_inserter(names));
    return names;
}

/// The columns that are meant, where it is not one from itself.
ColumnNames columns_meant(const TrainOptions& options, const Table& table) {
    if (options.targets.empty()) return options.columns;
    ColumnNames names{names_in(options.inputs, table), names_in(options.targets, table)};
    if (names.inputs.empty()) names.inputs = names.targets;
    return names;
}

Series read_data(const TrainOptions& options) {
    std::optional<Activity> activity(std::in_place, "train");
    activity->now("reading the table");
    const Table table = Table::read(options.data, options.reading.csv);
    const ColumnNames columns = columns_meant(options, table);
    Series series = columns.inputs.empty()
                        ? read_series(table, options.column, options.reading.series)
                        : read_series(table, columns, options.reading.series);
    activity.reset();
    say_how_read(table, series);
    return series;
}

/// The weights of --init for a net of these columns.
std::optional<std::vector<Matrix>> weights_to_start_from(const TrainOptions& options,
                                                         const Series& series) {
    if (!options.init) return std::nullopt;
    const Sizes sizes{.input = static_cast<int>(series.inputs.size()),
                      .hidden = options.settings.hidden,
                      .output = static_cast<int>(series.targets.size())};
    return from_state_dict(options.settings.architecture, sizes, read_weights(*options.init),
                           *options.init);
}

TrainingHooks hooks_of(const TrainOptions& options) {
    TrainingHooks hooks{.not_finite = not_finite_report(options.finite, options.outputs.overwrite),
                        .computed_by = computed_by(options.is_reference),
                        .compile = options.compile,
                        .say = [](std::string_view text) { tell("{}\n", text); }};
    hooks.compile.memory_limit = options.memory;
    hooks.compile.threads = threads_at_hand("train", options.compile.threads);
    if (options.validation)
        hooks.early_stopping = EarlyStopping{*options.validation, options.patience};
    return hooks;
}

/// That of the training before, unless it is told.
void take_up_precision(TrainOptions& options, const std::string& model) {
    const Precision before = options.settings.precision;
    Precision& now = options.compile.precision;
    if (!options.precision_is_named && !options.is_reference) now = before;
    if (now != before)
        tell("train: goes on in {}, where {} was trained in {}\n", name_of(now), model,
             name_of(before));
}

/// Takes settings and columns over from the training that is resumed, and its file as the one to
/// save to.
std::optional<std::pair<ForecastModel, TrainingState>> take_up_training(TrainOptions& options) {
    if (!options.resume) return std::nullopt;
    auto before = read_training(*options.resume);
    const TrainingSettings told = options.settings;
    options.settings = before.first.settings;
    options.settings.epochs = told.epochs;
    if (options.rate_is_named) options.settings.learning_rate = told.learning_rate;
    if (told.epochs <= before.first.epochs_done)
        throw Error(fmt::format("train: --epochs must be above those that {} has done ({}, {})",
                                *options.resume, told.epochs, before.first.epochs_done));
    take_up_precision(options, *options.resume);
    options.columns = columns_of(before.first);
    if (!options.outputs.save_is_named) options.outputs.save = *options.resume;
    options.outputs.save_is_named = true;
    return before;
}

/// Of the step's programs `SplitStep` knows the memory; this is of what comes before: weights,
/// files, the graph.
void require_net_fits(const TrainingSettings& settings, const Series& series) {
    const Sizes sizes{.steps = settings.window,
                      .input = static_cast<int>(series.inputs.size()),
                      .hidden = settings.hidden,
                      .output = static_cast<int>(series.targets.size())};
    require_memory("train", {sizes, settings.architecture}, memory_of_training,
                   window_size_options(), available_memory());
}

void train_and_report(TrainOptions& options) {
    auto before = take_up_training(options);
    const Series series = read_data(options);
    if (series.row_count() == 0)
        throw Error(fmt::format("train: {} has no rows below its header", options.data));
    const auto weights = weights_to_start_from(options, series);
    std::vector<std::string> read{options.data};
    if (options.init) read.push_back(*options.init);
    require_outputs(options.outputs, read);
    require_net_fits(options.settings, series);
    const std::size_t first = first_held_out(series.row_count(), options.test_fraction);
    rehearse_outputs(options.outputs, options.settings, series, first);
    std::optional<KeptOutput> kept(std::in_place, options.outputs.save, [&] {
        tell("train: {} is a pipe, and nobody reads it yet: waiting\n", options.outputs.save);
    });
    TrainingHooks hooks = hooks_of(options);
    hooks.resume = std::move(before);
    kept->require_reader();
    Interrupt interrupt;
    const TrainingResult result =
        train_with_progress(series, first, options.settings, std::move(hooks), weights);
    if (result.was_stopped && result.model.epochs_done == 0) {
        tell("interrupted in the first epoch: there is no model to save\n");
        throw CLI::RuntimeError(Interrupt::exit_status());
    }
    save_model(options.outputs.save, result);
    kept.reset();  // whoever reads it need not wait for the report
    const std::string last_words =
        words_of_interrupted(result, options.settings.epochs, name_of_output(options.outputs.save));
    interrupt.end_at_once(last_words);
    if (result.failure)
        throw EvaluationError(fmt::format(
            "{}\n  {} holds the model after epoch {}, the best until then", *result.failure,
            name_of_output(options.outputs.save), result.model.epochs_done));
    if (Interrupt::came()) {  // in training, or while the model was written
        tell("{}", last_words);
        throw CLI::RuntimeError(Interrupt::exit_status());
    }
    if (result.validation_rmse)
        say(options, "{}", words_of_early_stopping(result, options.settings.epochs));
    report(options, result.model, series, first);
    flush_standard_output();
}

void add_column_options(CLI::App& command, TrainOptions& options) {
    CLI::Option* column = command.add_option(
        "--column", options.column,
        "Column to forecast from itself; may be left out where only one beside the first has "
        "numbers");
    const auto add = [&](const char* name, std::vector<std::string>& lists, const char* what) {
        return command.add_option(name, lists, what)
            ->allow_extra_args(false)  // what follows may be DATA.csv
            ->default_str("")
            ->excludes(column);
    };
    CLI::Option* target = add("--target", options.targets,
                              "Columns to forecast, with commas between them, or one each time");
    add("--columns", options.inputs,
        "Columns that the net reads, likewise; if left out those of --target")
        ->needs(target);
    add_choice(command, "--read", options.settings.reading,
               "What the net reads: values, or their changes from row to row, which suit columns "
               "that keep rising",
               {{"values", Reading::values}, {"changes", Reading::changes}});
}

void add_output_options(CLI::App& command, TrainOptions& options) {
    command.add_option("--save", options.outputs.save, "Model file to write")->check(file_name());
    command
        .add_option("--plot", options.outputs.plot,
                    "SVG to write of the held-out forecasts; a CSV is written beside it")
        ->check(accepted_by(require_svg));
    command.add_flag("--overwrite", options.outputs.overwrite,
                     "Replace files that are there, also those that are not of a training before");
}

void add_program_options(CLI::App& command, TrainOptions& options) {
    CLI::Option* const reference = add_reference_option(command, options.is_reference);
    add_precision_option(command, options.compile.precision);
    command.get_option("--precision")->excludes(reference);
    add_threads_option(command, options.compile.threads);
    command.get_option("--threads")->excludes(reference);
    add_memory_option(command, options.memory);
}

void add_options(CLI::App& command, TrainOptions& options) {
    TrainingSettings& settings = options.settings;
    command.add_option("DATA.csv", options.data, "Table, oldest row first or last")
        ->required()
        ->check(file_name());
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
    command
        .add_option("--init", options.init,
                    "Weights to start from, as `revolute weights` writes them; with --epochs 0 "
                    "they are kept")
        ->check(file_name());
    CLI::Option* const resume =
        command
            .add_option("--resume", options.resume,
                        "Model file whose training goes on, to --epochs in all; it has the other "
                        "settings, but for --learning-rate and --precision, and is written "
                        "again unless --save says another")
            ->check(file_name());
    for (const char* const other :
         {"--column", "--columns", "--target", "--read", "--cell", "--layers", "--bidirectional",
          "--residual", "--window", "--hidden", "--batch", "--optimizer", "--momentum", "--clip",
          "--seed", "--init"})
        resume->excludes(command.get_option(other));
    command
        .add_option("--test-fraction", options.test_fraction,
                    "Part of the rows, at the end, held out from training")
        ->check(fraction());
    CLI::Option* const validation =
        command
            .add_option(
                "--validation", options.validation,
                "Part of the training rows, at their end, that is not learned from; training "
                "ends when their error has not fallen for --patience epochs, and the best "
                "weights are kept")
            ->check(positive_fraction());
    command.add_option("--patience", options.patience, "Epochs without a smaller error")
        ->check(whole_number(1, 1'000'000'000))
        ->needs(validation);
    add_output_options(command, options);
    add_finite_options(command, options.finite);
    add_program_options(command, options);
}

}  // namespace

void add_train_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "train", "Train a recurrent net to forecast columns of a table one row ahead");
    const auto options = std::make_shared<TrainOptions>();
    command.option_defaults()->always_capture_default();
    add_options(command, *options);
    command.footer(
        "Examples:\n  revolute train sunspots.csv --column SUNACTIVITY --save sunspots.json\n"
        "  revolute train macrodata.csv --columns realgdp,cpi,unemp --target unemp --cell lstm");
    command.callback([options, &command] {
        require_momentum(*command.get_option("--momentum"), options->settings.optimizer);
        options->outputs.save_is_named = command.count("--save") > 0;
        options->precision_is_named = command.count("--precision") > 0;
        options->rate_is_named = command.count("--learning-rate") > 0;
        options->told_reading = told_data_options(command, options->reading);
        options->outputs.plot_is_named = command.count("--plot") > 0;
        train_and_report(*options);
    });
}

}  // namespace revolute
