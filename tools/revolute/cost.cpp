#include "commands.hpp"
#include "options/net_options.hpp"
#include "options/program_options.hpp"
#include <revolute/tools/cost/size_polynomials.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

namespace revolute {

namespace {

struct CostCommand {
    NetOptions net{{.steps = 100, .input = 16, .hidden = 128, .output = 1, .batch = 32}};
    Precision precision = Precision::float64;
    bool is_as_built = false;
    bool json = false;
};

void count(const CostCommand& command) {
    require_memory("cost", command.net, memory_of_rolling);
    const SizedGraph graph = sized_graph(command.net, command.is_as_built);
    const std::vector<std::int64_t> sizes = values_of(command.net);
    std::optional<Activity> activity(std::in_place, "cost");
    activity->now("counting the net");
    const Cost counted = cost(rolled_graph(graph, sizes));
    activity->now("counting small nets, from which the formulas follow");
    const SizePolynomials polynomials = polynomials_of(command.net, command.is_as_built);
    activity.reset();
    const int bytes = command.precision == Precision::float64 ? 8 : 4;
    if (command.json)
        print("{}\n", to_json(polynomials, sizes, counted, bytes));
    else
        print("{}{}\n{}", heading(command.net, command.is_as_built), parts_of(command.net),
              to_text(polynomials, sizes, counted, bytes));
}

}  // namespace

void add_cost_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "cost", "Count the operations of a training step and the values it keeps");
    const auto options = std::make_shared<CostCommand>();
    add_net_options(command, options->net);
    add_precision_option(command, options->precision, "Of the values that are kept");
    command.add_flag("--as-built", options->is_as_built, "Count before simplification");
    command.add_flag("--json", options->json, "Print JSON (docs/cost.md says what is in it)");
    command.footer("Example:\n  revolute cost --cell lstm --steps 1000000 --hidden 256 --batch 64");
    command.callback([options] { count(*options); });
}

}  // namespace revolute
