#include "text_net.hpp"

#include "option_values.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <utility>

namespace revolute {

namespace {

/// Options of nets of cells, which a text says itself.
constexpr std::array of_cells{"--cell",     "--layers",  "--bidirectional",
                              "--residual", "--initial", "--answers"};
/// Options of sizes, and the names whose rows they are.
constexpr std::array<std::pair<const char*, const char*>, 3> of_sizes{
    {{"--input", "x"}, {"--hidden", "h"}, {"--output", "y"}}};

/// "h=16".
std::pair<std::string, int> size_from(const std::string& word) {
    const std::size_t sign = word.find('=');
    std::string number = sign == std::string::npos ? std::string{} : word.substr(sign + 1);
    if (sign == 0 || sign == std::string::npos || !whole_number(1, 1'000'000)(number).empty())
        throw CLI::ValidationError(
            "--size", fmt::format("expected a name and its rows, such as h=16 ({})", word));
    return {word.substr(0, sign), std::stoi(number)};
}

/// The names whose rows the text or the command line says, with these.
std::map<std::string, int> named_rows(const TextNetOptions& options) {
    std::map<std::string, int> rows = options.text->rows();
    for (const auto& [name, number] : options.rows) rows[name] = number;
    return rows;
}

}  // namespace

std::string meant_net(const std::string& name) {
    std::vector<std::string> names;
    for (const KnownNet& net : known_nets()) names.emplace_back(net.name);
    return detail::did_you_mean(name, names);
}

void add_random_net_options(CLI::App& command, int& steps, const char* what_steps,
                            std::uint64_t& seed) {
    command.add_option("--steps", steps, what_steps)
        ->check(whole_number(1, 100))
        ->capture_default_str();
    command.add_option("--seed", seed, "Seed of the random values")
        ->check(any_seed())
        ->capture_default_str();
}

NetText text_named(const std::string& name) {
    const auto known = known_net(name);
    const bool is_file = name == "-" || std::filesystem::exists(name);
    if (!is_file && !known)
        throw FileError(fmt::format("{}: there is no such file, and no net of that name{}", name,
                                    meant_net(name)));
    NetText text = read_net(is_file ? read_file(name) : std::string(known->text), name);
    for (const std::string& warning : text.warnings()) tell("warning: {}\n", warning);
    return text;
}

void add_text_options(CLI::App& command, TextNetOptions& options, Sizes& sizes) {
    const auto take = [&command, &options, &sizes](const std::string& name) {
        options.text = text_named(name);
        for (const auto& [option, of] : of_sizes)
            if (command.count(option) > 0) options.rows[of] = command[option]->as<int>();
        if (const auto steps = options.text->steps(); steps && command.count("--steps") == 0)
            sizes.steps = *steps;
    };
    CLI::Option* const net =
        command
            .add_option_function<std::string>(
                "--net", take,
                "Net from a text in place of a cell's: a file, - for the standard input, or a name "
                "that `revolute nets` lists")
            ->check(file_name());
    const auto take_sizes = [&options](const std::vector<std::string>& words) {
        for (const std::string& word : words) {
            const auto [name, rows] = size_from(word);
            options.rows[name] = rows;
        }
    };
    command
        .add_option_function<std::vector<std::string>>("--size", take_sizes,
                                                       "Rows of what the text names: h=16")
        ->needs(net)
        ->delimiter(',');
    for (const char* name : of_cells)
        if (CLI::Option* const option = command.get_option_no_throw(name)) net->excludes(option);
}

NetTextSizes sizes_of(const TextNetOptions& options, int steps, int columns) {
    return {.steps = steps, .columns = columns, .rows = options.rows};
}

TextNet built_net(const TextNetOptions& options, Graph& graph, int steps, int columns) {
    TextNet net = options.text->build(graph, sizes_of(options, steps, columns));
    if (net.loss.graph == nullptr)
        throw GraphError(
            fmt::format("{}: the net has no loss, a line without step such as L = 1/2 "
                        "mean |y - Y|^2",
                        options.text->name()));
    return net;
}

BuildableSteps buildable_steps(const TextNetOptions& options) {
    return options.is_used() && options.text->steps() ? BuildableSteps::fixed : BuildableSteps::any;
}

SizedGraph sized_graph(const TextNetOptions& options, bool is_simplified) {
    std::vector<std::string> names{"N", "B"};
    for (const auto& [name, rows] : named_rows(options)) names.push_back(name);
    const auto append = [=](Graph& destination, std::span<const std::int64_t> values) {
        TextNetOptions resized = options;
        for (std::size_t i = 2; i < names.size(); ++i)
            resized.rows[names[i]] = static_cast<int>(values[i]);
        Graph own;
        Graph& graph = is_simplified ? own : destination;
        const TextNet net =
            built_net(resized, graph, static_cast<int>(values[0]), static_cast<int>(values[1]));
        const std::vector<Expr> outputs =
            differentiate(net.loss, net.variables(), Unreachable::zeros).loss_and_gradients();
        return is_simplified ? simplify(outputs, destination, simplification_rules()).outputs
                             : outputs;
    };
    return {names, append, buildable_steps(options)};
}

std::vector<std::int64_t> values_of(const TextNetOptions& options, const Sizes& sizes) {
    std::vector<std::int64_t> values{sizes.steps, sizes.batch};
    for (const auto& [name, rows] : named_rows(options)) values.push_back(rows);
    return values;
}

NetSize net_size(const TextNetOptions& options, int steps, int columns) {
    const auto build = [&](Graph& graph, int number) -> SteppedNet {
        const TextNet net = built_net(options, graph, number, columns);
        return {net.loss, net.variables(), net.parameters()};
    };
    if (!options.text->steps()) return net_size(steps, build);
    return net_size(*options.text->steps(),
                    [&](Graph& graph, int) { return build(graph, *options.text->steps()); });
}

std::string parameter_table(const TextNetOptions& options, const Sizes& sizes) {
    Graph graph;
    const TextNet net = built_net(options, graph, sizes.steps, sizes.batch);
    std::string text = fmt::format("{:<16}{:>12}{:>14}\n", "parameter", "shape", "entries");
    std::int64_t sum = 0;
    const auto add = [&](const NetValue& value) {
        const Shape shape = value.value.shape();
        const std::int64_t entries = std::int64_t{shape.rows} * shape.columns;
        sum += entries;
        text += fmt::format("{:<16}{:>12}{:>14}\n", value.name,
                            fmt::format("{} x {}", shape.rows, shape.columns), entries);
    };
    for (const NetValue& value : net.trained) add(value);
    for (const NetValue& state : net.initial) add(state);
    return text + fmt::format("{:<16}{:>12}{:>14}\n", "all", "", sum);
}

}  // namespace revolute
