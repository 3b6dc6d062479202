#include "commands.hpp"
#include "options/net_options.hpp"
#include "options/program_options.hpp"
#include <revolute/graph/values/error.hpp>
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

/// Refuses what has more operations than can be counted, before a deep net is counted for minutes:
/// in all steps but the first, each weight and bias of the layers is an operation for each column.
void require_countable(const SizedNet& net) {
    constexpr double most = 9223372036854775808.0;  // 2^63
    const double directions = net.architecture.is_bidirectional ? 2 : 1;
    const double of_head = net.sizes.output * (directions * net.sizes.hidden + 1);
    const double a_step = (net_size(net).parameter_entries - of_head) * net.sizes.batch;
    // Of an answer at the last step the upper layer's backward direction has one step alone.
    const double operations = a_step * (net.sizes.steps - 1) / directions;
    if (operations >= most)
        throw CapacityError(
            fmt::format("cost: operations can be counted up to 2^63 (there are more than {:.1e})\n"
                        "  --layers, --hidden, --steps or --batch must be smaller",
                        operations));
}

void count(const CostCommand& command) {
    require_memory("cost", command.net, memory_of_rolling);
    if (!command.net.text.is_used())
        require_countable({command.net.sizes, command.net.architecture});
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
