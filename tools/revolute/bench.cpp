#include "bench/allocation_count.hpp"
#include "bench/bench_table.hpp"
#include "commands.hpp"
#include "options/net_options.hpp"
#include "options/program_options.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/vectors.hpp>
#include <revolute/tools/cost/net_cost.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/random.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/support/stopwatch.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

struct BenchCommand {
    Architecture architecture{};
    Sizes sizes{.steps = 100, .input = 16, .hidden = 64, .output = 1, .batch = 1};
    TextNetOptions text{};
    Precision precision = Precision::float64;
    std::size_t threads = 1;
    int repetitions = 100;
    bool json = false;
    bool is_table = false;
};

/// Times are in microseconds.
struct BenchResult {
    double median = 0;
    double least = 0;
    double build = 0;
    double compile = 0;
    std::size_t threads = 1;  ///< that a run uses
    std::size_t bytes = 0;
    std::size_t allocations = 0;  ///< of the run that made most
};

/// The net, which answers after the last step unless a text says otherwise.
NetOptions net_options(const BenchCommand& command) {
    return {command.sizes, command.architecture, Answers::last, command.text};
}

/// Values of the order of 1, however long the sums that they are in.
void bind_random(Program& program, Graph& graph) {
    Random random(1);
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const Expr leaf = graph.at(NodeId{i});
        if (!program.needs(leaf)) continue;
        const Shape shape = leaf.shape();
        const bool is_parameter = &graph.op(leaf.id) == &parameter_op;
        const double bound = is_parameter ? 1 / std::sqrt(static_cast<double>(shape.columns)) : 1;
        program.bind(leaf, random.matrix(shape, -bound, bound));
    }
}

void time_runs(Program& program, int repetitions, BenchResult& result, Activity& activity) {
    activity.now("the first run");
    program.run();  // reads all memory once
    activity.stop_clock();
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(repetitions));
    for (int i = 0; i < repetitions; ++i) {
        const std::size_t before = allocation_count();
        const Stopwatch watch;
        program.run();
        times.push_back(watch.microseconds());
        result.allocations = std::max(result.allocations, allocation_count() - before);
        activity.now(fmt::format("run {} of {}", i + 1, repetitions));
    }
    result.least = *std::ranges::min_element(times);
    result.median = median(std::move(times));
}

BenchResult measure(const BenchCommand& command) {
    BenchResult result;
    Activity activity("bench");
    activity.now("building the net");
    Graph graph;
    const Stopwatch building;
    const SizedGraph net = sized_graph(net_options(command), false);
    const std::vector<Expr> outputs = net.append(graph, values_of(net_options(command)));
    result.build = building.microseconds();
    CompileOptions options = compile_options(command.precision);
    activity.make_way();
    options.threads = threads_at_hand("bench", command.threads);
    activity.now("compiling the program");
    const Stopwatch compiling;
    Program program = compile(outputs, options);
    result.compile = compiling.microseconds();
    result.threads = program.threads();
    result.bytes = program.bytes();
    bind_random(program, graph);
    time_runs(program, command.repetitions, result, activity);
    return result;
}

std::string to_json(const BenchCommand& command, const BenchResult& result) {
    const Sizes& sizes = command.sizes;
    nlohmann::ordered_json json;
    if (command.text.is_used()) {
        json["net"] = command.text.text->name();
        const NetOptions net = net_options(command);
        const std::vector<std::string> names = sized_graph(net, false).names;
        const std::vector<std::int64_t> values = values_of(net);
        for (std::size_t i = 0; i < names.size(); ++i) json["sizes"][names[i]] = values[i];
    } else {
        json = {{"cell", command.architecture.cell.name()},
                {"layers", command.architecture.layers},
                {"bidirectional", command.architecture.is_bidirectional},
                {"residual", command.architecture.is_residual},
                {"steps", sizes.steps},
                {"batch", sizes.batch},
                {"input", sizes.input},
                {"hidden", sizes.hidden},
                {"output", sizes.output}};
    }
    json.update(nlohmann::ordered_json{{"precision", name_of(command.precision)},
                                       {"threads", result.threads},
                                       {"vectors", vectors()},
                                       {"repetitions", command.repetitions},
                                       {"median_us", result.median},
                                       {"min_us", result.least},
                                       {"build_us", result.build},
                                       {"compile_us", result.compile},
                                       {"bytes", result.bytes},
                                       {"allocations", result.allocations}});
    return json.dump(2);
}

std::string described(const BenchCommand& command) {
    if (command.text.is_used()) return command.text.text->name();
    return describe(command.architecture) + ", many-to-one";
}

std::string sizes_in_words(const BenchCommand& command) {
    using detail::plural;
    const Sizes& sizes = command.sizes;
    std::string steps = fmt::format("{}, batch of {}", plural(sizes.steps, "step"), sizes.batch);
    if (command.text.is_used()) return steps;
    return fmt::format("{}, {}, {}, {}", steps, plural(sizes.input, "input"),
                       plural(sizes.hidden, "hidden unit"), plural(sizes.output, "output"));
}

std::string to_text(const BenchCommand& command, const BenchResult& result) {
    using detail::plural;
    return fmt::format(
        "{}, {}: loss and gradients of all parameters\n"
        "{}; {}, {}; {}\n\n"
        "run, median   {:>12.1f} us\n"
        "run, fastest  {:>12.1f} us\n"
        "build graph   {:>12.1f} us\n"
        "compile       {:>12.1f} us\n"
        "memory        {:>12} bytes\n"
        "allocations   {:>12} in a run\n",
        described(command), name_of(command.precision), sizes_in_words(command),
        plural(result.threads, "thread"), plural(command.repetitions, "run"), vectors(),
        result.median, result.least, result.build, result.compile, result.bytes,
        result.allocations);
}

void bench(const BenchCommand& command) {
    require_memory("bench", net_options(command), memory_of_bench);
    const BenchResult result = measure(command);
    print("{}", command.json ? to_json(command, result) + "\n" : to_text(command, result));
}

/// Its rows are of the cell, of the precision and of as many runs as the user says, where he says.
void bench_table(const CLI::App& command, const BenchCommand& options) {
    BenchTable table{.cells = {CellKind::simple, CellKind::gru, CellKind::lstm},
                     .precisions = {Precision::float64, Precision::float32},
                     .repetitions = {},
                     .json = options.json};
    if (command.count("--cell") > 0) table.cells = {options.architecture.cell.kind().value()};
    if (command.count("--precision") > 0) table.precisions = {options.precision};
    if (command.count("--repetitions") > 0) table.repetitions = options.repetitions;
    print_bench_table(table);
}

/// Refuses what the rows of a table say themselves.
void add_table_option(CLI::App& command, BenchCommand& options) {
    CLI::Option* const table = command.add_flag(
        "--table", options.is_table,
        "Measure this computer: the sizes of docs/performance.md beside the same written by hand, "
        "in about a minute and a half; --cell and --precision choose rows");
    for (const char* const option :
         {"--layers", "--bidirectional", "--residual", "--steps", "--hidden", "--input", "--output",
          "--batch", "--threads", "--net"})
        table->excludes(command.get_option(option));
}

}  // namespace

void add_bench_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "bench", "Time the program of a training step: one run of the loss and all gradients");
    const auto options = std::make_shared<BenchCommand>();
    command.option_defaults()->always_capture_default();
    add_architecture_options(command, options->architecture);
    add_size_options(command, options->sizes);
    add_text_options(command, options->text, options->sizes);
    add_precision_option(command, options->precision);
    add_threads_option(command, options->threads);
    command.add_option("--repetitions", options->repetitions, "Runs that are timed")
        ->check(whole_number(1, 1'000'000));
    command.add_flag("--json", options->json, "Print JSON");
    add_table_option(command, *options);
    command.footer(
        "The net answers once, after the last step; its loss is half the mean squared error.\n\n"
        "Example:\n  revolute bench --cell gru --steps 100 --batch 32 --hidden 128 --precision "
        "f32\n  revolute bench --table");
    command.callback([options, &command] {
        options->is_table ? bench_table(command, *options) : bench(*options);
    });
}

}  // namespace revolute
