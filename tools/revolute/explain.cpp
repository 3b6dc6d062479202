#include "commands.hpp"
#include "net_options.hpp"
#include "program_options.hpp"
#include <revolute/tools/net_cost.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>

namespace revolute {

namespace {

struct ExplainCommand {
    Sizes sizes{.steps = 100, .input = 16, .hidden = 128, .output = 1, .batch = 32};
    Architecture architecture;
    std::optional<Answers> answers;
    Precision precision = Precision::float64;
    bool is_as_built = false;
};

void print_program(const ExplainCommand& command) {
    const CountedNet net{command.architecture,
                         answers_every_step(command.answers, command.architecture),
                         !command.is_as_built};
    const Program program =
        compile(rolled_net(net, command.sizes), compile_options(command.precision));
    fmt::print("{}, {}: the loss and the gradients of all that is trained; the graph {}\n\n{}",
               describe(net.architecture), net.answers_every_step ? "many-to-many" : "many-to-one",
               net.is_simplified ? "simplified" : "as it is built", explain(program));
}

}  // namespace

void add_explain_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "explain", "Print the program of a training step: its loops, kernels, shapes and memory");
    const auto options = std::make_shared<ExplainCommand>();
    add_architecture_options(command, options->architecture);
    add_size_options(command, options->sizes);
    add_initial_option(command, options->architecture.initial);
    add_answers_option(command, options->answers);
    add_precision_option(command, options->precision);
    command.add_flag("--as-built", options->is_as_built, "Compile without simplification");
    command.footer("Example:\n  revolute explain --cell lstm --steps 100 --hidden 64 --batch 16");
    command.callback([options] { print_program(*options); });
}

}  // namespace revolute
