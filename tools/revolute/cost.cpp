#include "commands.hpp"
#include "net_options.hpp"
#include <revolute/tools/net_cost.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace revolute {

namespace {

struct CostCommand {
    Sizes sizes{.steps = 100, .input = 16, .hidden = 128, .output = 1, .batch = 32};
    Architecture architecture;
    std::optional<Answers> answers;
    int bytes = 8;
    bool is_as_built = false;
    bool json = false;
};

const Choices<int> bytes_of_precision{{"double", 8}, {"float", 4}};

void count(const CostCommand& command) {
    const CountedNet net{command.architecture,
                         answers_every_step(command.answers, command.architecture),
                         !command.is_as_built};
    const Cost counted = cost(rolled_net(net, command.sizes));
    const NetCost polynomials = net_cost(net);
    if (command.json) {
        fmt::print("{}\n", to_json(polynomials, command.sizes, counted, command.bytes));
        return;
    }
    fmt::print("{}, {}: the loss and the gradients of all that is trained; the graph {}\n\n{}",
               describe(net.architecture), net.answers_every_step ? "many-to-many" : "many-to-one",
               net.is_simplified ? "simplified" : "as it is built",
               to_text(polynomials, command.sizes, counted, command.bytes));
}

}  // namespace

void add_cost_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "cost", "Count the operations of a training step and the values it keeps");
    const auto options = std::make_shared<CostCommand>();
    add_architecture_options(command, options->architecture);
    add_size_options(command, options->sizes);
    add_initial_option(command, options->architecture.initial);
    add_answers_option(command, options->answers);
    add_choice(command, "--precision", options->bytes, "Of the values that are kept",
               bytes_of_precision);
    command.add_flag("--as-built", options->is_as_built, "Count before simplification");
    command.add_flag("--json", options->json, "Print JSON (docs/cost.md says what is in it)");
    command.footer("Example:\n  revolute cost --cell lstm --steps 1000000 --hidden 256 --batch 64");
    command.callback([options] { count(*options); });
}

}  // namespace revolute
