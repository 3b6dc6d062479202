#include "commands.hpp"
#include "options/option_values.hpp"
#include "options/text_net.hpp"
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/verification/net_comparison.hpp>

#include <memory>
#include <string>

namespace revolute {

namespace {

struct SameCommand {
    std::string first, second;
    NetComparisonOptions options{};
};

void compare(const SameCommand& command) {
    const NetComparison comparison =
        compare_nets(text_named(command.first), text_named(command.second), command.options);
    print("{}", to_text(comparison));
    if (!comparison.are_same()) throw CLI::RuntimeError(1);
}

}  // namespace

void add_same_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "same", "Compare two nets as texts: the same function, or where they first differ");
    const auto options = std::make_shared<SameCommand>();
    const std::string what = "Text of a net: a file, - or a name that `revolute nets` lists";
    command.add_option("first", options->first, what)->required()->check(file_name());
    command.add_option("second", options->second, what)->required()->check(file_name());
    add_random_net_options(command, options->options.sizes.steps,
                           "Most steps N; 1 and 2 are tried too", options->options.seed);
    command.footer(
        "Leaves are matched by name. Exit status 1 when losses or gradients differ.\n\n"
        "Example:\n  revolute same gru my_gru.rec");
    command.callback([options] { compare(*options); });
}

}  // namespace revolute
