#include "commands.hpp"
#include "options/option_values.hpp"
#include "options/text_net.hpp"
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/verification/derivation_check.hpp>

#include <memory>
#include <string>

namespace revolute {

namespace {

struct VerifyCommand {
    std::string net, derivation;
    DerivationOptions options{};
};

void verify(const VerifyCommand& command) {
    DerivationOptions options = command.options;
    const NetText net = text_named(command.net);
    if (const auto steps = net.steps()) options.sizes.steps = *steps;
    const DerivationCheck check =
        check_derivation(net, read_file(command.derivation), command.derivation, options);
    print("{}", to_text(check));
    if (!check.passes()) throw CLI::RuntimeError(1);
}

}  // namespace

void add_verify_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "verify", "Judge a derivation by hand line by line beside the true derivatives of a net");
    const auto options = std::make_shared<VerifyCommand>();
    command
        .add_option("net", options->net,
                    "Text of the net: a file, or a name that `revolute nets` lists")
        ->required()
        ->check(file_name());
    command.add_option("derivation", options->derivation, "File with the derivation, or -")
        ->required()
        ->check(file_name());
    add_random_net_options(command, options->options.sizes.steps, "Number of steps N",
                           options->options.seed);
    command.footer(
        "Exit status 1 when a line is wrong.\n\nExample:\n  revolute verify mgu homework.txt");
    command.callback([options] { verify(*options); });
}

}  // namespace revolute
