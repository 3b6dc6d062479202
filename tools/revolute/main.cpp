#include "commands.hpp"
#include <revolute/graph/error.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace revolute {

namespace {

constexpr void (*commands[])(CLI::App&) = {
    add_demo_command,    add_draw_command,    add_derive_command, add_check_command,
    add_train_command,   add_predict_command, add_grad_command,   add_compare_command,
    add_weights_command, add_ops_command,
};

constexpr int failure = 1;
constexpr int usage_failure = 2;

int run(int argument_count, const char* const* arguments) {
    CLI::App program(
        "Unrolls recurrent nets into graphs, differentiates them, draws and trains them.",
        "revolute");
    program.set_version_flag("--version", "revolute " REVOLUTE_VERSION);
    program.require_subcommand(1);
    program.footer("`revolute COMMAND --help` explains a command, with an example.");
    for (const auto add : commands) add(program);
    try {
        program.parse(argument_count, arguments);
        return 0;
    } catch (const CLI::RuntimeError& end) {  // a command asks for this status
        return end.get_exit_code();
    } catch (const CLI::ParseError& error) {  // also --help and --version, whose status is 0
        return program.exit(error) == 0 ? 0 : usage_failure;
    }
}

}  // namespace

}  // namespace revolute

int main(int argument_count, char** arguments) {
    try {
        return revolute::run(argument_count, arguments);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return revolute::failure;
    }
}
