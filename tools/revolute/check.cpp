#include "check_report.hpp"
#include "commands.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace revolute {

namespace {

struct CheckOptions {
    Sizes sizes;
    std::string initial = "given";
    std::uint64_t seed = 1;
    bool json = false;
};

InitialState initial_state_of(const std::string& name) {
    if (name == "zero") return InitialState::zero;
    return name == "given" ? InitialState::given : InitialState::trainable;
}

void check(const CheckOptions& options) {
    const BpttCheck result =
        check_simple_rnn(options.sizes, initial_state_of(options.initial), options.seed);
    if (options.json) {
        fmt::print("{}\n", to_json(result));
    } else {
        const Sizes& sizes = options.sizes;
        fmt::print("Simple RNN, {} steps, {} inputs, {} hidden units, {} outputs, batch of {}\n\n",
                   sizes.steps, sizes.input, sizes.hidden, sizes.output, sizes.batch);
        fmt::print("{}", to_table(result));
    }
    if (!result.passes()) throw CLI::RuntimeError(1);
}

}  // namespace

void add_check_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "check", "Compare gradients with hand-derived BPTT and with finite differences");
    const auto options = std::make_shared<CheckOptions>();
    command.option_defaults()->always_capture_default();
    const auto add_size = [&command](const char* name, int& size, const char* what) {
        command.add_option(name, size, what)->check(CLI::Range(1, 1'000'000));
    };
    add_size("--steps", options->sizes.steps, "Number of steps N");
    add_size("--hidden", options->sizes.hidden = 4, "Hidden units H");
    add_size("--input", options->sizes.input = 2, "Inputs I");
    add_size("--output", options->sizes.output, "Outputs O");
    add_size("--batch", options->sizes.batch, "Columns B of the batch");
    command.add_option("--seed", options->seed, "Seed of the random values");
    command
        .add_option("--initial", options->initial,
                    "Initial state: zero, given for each column, or trainable, one for all")
        ->check(CLI::IsMember({"zero", "given", "trainable"}));
    command.add_flag("--json", options->json, "Print JSON (docs/check.md says what is in it)");
    command.footer(
        "Exit status 1 when a gradient differs.\n\nExample:\n  revolute check --steps 25 "
        "--hidden 8 --batch 3");
    command.callback([options] { check(*options); });
}

}  // namespace revolute
