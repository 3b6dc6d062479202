#include "address_space.hpp"
#include "bench/allocation_count.hpp"
#include "commands.hpp"
#include "options/command_words.hpp"
#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

namespace {

constexpr void (*commands[])(CLI::App&) = {
    add_demo_command,    add_draw_command,   add_derive_command,  add_cost_command,
    add_explain_command, add_bench_command,  add_check_command,   add_train_command,
    add_predict_command, add_grad_command,   add_compare_command, add_weights_command,
    add_nets_command,    add_verify_command, add_same_command,    add_ops_command,
};

constexpr int failure = 1;
constexpr int usage_failure = 2;
/// As CLI11 says it.
constexpr std::string_view where_help_is = "Run with --help for more information.\n";

/// The first word that stands where a command belongs and is none; empty when there is none, or a
/// command.
std::string unknown_command(const CLI::App& program) {
    if (!program.get_subcommands().empty()) return {};
    const std::vector<std::string> words = program.remaining();
    const auto is_option = [](const std::string& word) { return word.starts_with('-'); };
    const auto word = std::ranges::find_if_not(words, is_option);
    return word == words.end() ? std::string() : *word;
}

std::vector<std::string> command_names(const CLI::App& program) {
    std::vector<std::string> names;
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return names;
}

std::string complaint_in_words(const CLI::App& program, const CLI::ParseError& error) {
    std::ostringstream help, complaint;
    program.exit(error, help, complaint);
    return complaint.str();
}

/// The first argument that a command must have and does not; empty where it has all.
std::string missing_argument(const CLI::App& program) {
    for (const CLI::App* command : program.get_subcommands())
        for (const CLI::Option* option : command->get_options())
            if (option->get_required() && option->count() == 0) return option->get_name();
    return {};
}

/// What is complained of, the more basic mistake first: unknown words, which may be what was meant
/// by others, then arguments that are missing, then values. CLI11 would begin with values.
std::string complaint_of(const CLI::App& program, const CLI::ParseError& error) {
    std::vector<std::string> unknown = program.remaining(true);
    std::ranges::reverse(unknown);  // CLI11 prints the last first
    if (!unknown.empty()) return complaint_in_words(program, CLI::ExtrasError(unknown));
    const bool is_of_value =
        error.get_name() == "ValidationError" || error.get_name() == "ConversionError";
    const std::string missing = missing_argument(program);
    if (is_of_value && !missing.empty())
        return complaint_in_words(program, CLI::RequiredError(missing));
    if (std::string again = option_given_again(program);
        !again.empty() && error.get_name() == "ArgumentMismatch")
        return again.append(where_help_is);
    return complaint_in_words(program, error);
}

/// Says what is wrong with the arguments, or prints the help that they ask for; returns the exit
/// status.
int answer(const CLI::App& program, const CLI::ParseError& error) {
    const std::string word = unknown_command(program);
    if (word.empty()) {
        std::ostringstream help, complaint;
        const int status = program.exit(error, help, complaint);
        print("{}", help.str());
        if (status != 0) tell("{}{}", complaint_of(program, error), meant_options(program));
        return status == 0 ? 0 : usage_failure;
    }
    const std::vector<std::string> names = command_names(program);
    std::vector<std::string> may_be_meant = names;
    may_be_meant.emplace_back("help");
    tell("revolute: no command is called \"{}\"{}\n  commands are: {}\n", word,
         detail::did_you_mean(word, may_be_meant), fmt::join(names, ", "));
    return usage_failure;
}

/// What could not be estimated before.
int answer_lack_of_memory() try {
    std::vector<std::string> numbers;
    if (const std::size_t bytes = refused_allocation(); bytes > 0)
        numbers.push_back(fmt::format("{} more were asked for", bytes_in_words(bytes)));
    if (const std::size_t bytes = address_space_in_use(); bytes > 0)
        numbers.push_back(fmt::format("{} are in use", bytes_in_words(bytes)));
    if (const auto most = address_space_limit())
        numbers.push_back(fmt::format("`ulimit -v` allows {}", bytes_in_words(*most)));
    tell("revolute: there is not enough memory for this{}\n",
         numbers.empty() ? "" : fmt::format(" ({})", fmt::join(numbers, ", ")));
    return failure;
} catch (const std::bad_alloc&) {
    tell("revolute: there is not enough memory for this\n");
    return failure;
}

int run(int argument_count, const char* const* arguments) {
    CLI::App program(
        "Unrolls recurrent nets into graphs, differentiates them, draws and trains them.",
        "revolute");
    program.set_version_flag("--version", "revolute " REVOLUTE_VERSION);
    program.require_subcommand(1);
    program.footer(
        "`revolute help COMMAND`, or `revolute COMMAND --help`, explains a command, with an "
        "example.");
    for (const auto add : commands) add(program);
    try {
        program.parse(words_for(program, argument_count, arguments));
        return 0;
    } catch (const CLI::RuntimeError& end) {  // a command asks for this status
        return end.get_exit_code();
    } catch (const CLI::ParseError& error) {  // also --help and --version, whose status is 0
        return answer(program, error);
    }
}

/// Ends the program as the signal does where nobody handles it, and without a word; where the
/// parent has set it to be ignored, with status 1.
int end_without_reader(void (*handler_of_parent)(int)) {
    std::signal(SIGPIPE, handler_of_parent);
    std::raise(SIGPIPE);
    return failure;
}

}  // namespace

}  // namespace revolute

int main(int argument_count, char** arguments) {
    revolute::open_closed_streams();
    std::signal(SIGXFSZ,
                SIG_IGN);  // a file that `ulimit -f` does not allow is refused with a sentence
    // A reader that has gone away is an answer to writing, so that one of the standard error ends
    // no training.
    void (*const on_broken_pipe)(int) = std::signal(SIGPIPE, SIG_IGN);
    try {
        const int status = revolute::run(argument_count, arguments);
        revolute::flush_standard_output();
        return status;
    } catch (const std::bad_alloc&) {
        return revolute::answer_lack_of_memory();
    } catch (const std::length_error&) {  // of a container that no memory could hold
        return revolute::answer_lack_of_memory();
    } catch (const revolute::ReaderGone&) {
        return revolute::end_without_reader(on_broken_pipe);
    } catch (const std::exception& error) {
        revolute::tell("{}\n", error.what());
        return revolute::failure;
    }
}
