#include "commands.hpp"
#include "options/net_options.hpp"
#include "options/program_options.hpp"
#include <revolute/tools/cost/size_polynomials.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace revolute {

namespace {

struct ExplainCommand {
    NetOptions net{{.steps = 100, .input = 16, .hidden = 128, .output = 1, .batch = 32}};
    Precision precision = Precision::float64;
    bool is_as_built = false;
};

void print_program(const ExplainCommand& command) {
    require_memory("explain", command.net, memory_of_rolling);
    std::optional<Activity> activity(std::in_place, "explain");
    activity->now("building, folding and compiling the net");
    const Program program =
        compile(rolled_graph(sized_graph(command.net, command.is_as_built), values_of(command.net)),
                compile_options(command.precision));
    const std::string listing = explain(program);
    activity.reset();
    print("{}{}", heading(command.net, command.is_as_built), listing);
}

}  // namespace

void add_explain_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "explain", "Print the program of a training step: its loops, kernels, shapes and memory");
    const auto options = std::make_shared<ExplainCommand>();
    add_net_options(command, options->net);
    add_precision_option(command, options->precision);
    command.add_flag("--as-built", options->is_as_built, "Compile without simplification");
    command.footer("Example:\n  revolute explain --cell lstm --steps 100 --hidden 64 --batch 16");
    command.callback([options] { print_program(*options); });
}

}  // namespace revolute
