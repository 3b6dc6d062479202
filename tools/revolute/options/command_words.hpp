#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace revolute {

/// The words of the command line for CLI11, which wants the last first. `help COMMAND` becomes
/// `COMMAND --help`. An empty value behind `=` becomes a word of its own, and an option that stands
/// where the value of another belongs is refused: CLI11 would take the next word for the value,
/// whatever it is. Throws CLI::ValidationError.
std::vector<std::string> words_for(const CLI::App& program, int argument_count,
                                   const char* const* arguments);

/// What is said of an option that has one value and was given several times; empty where there is
/// none.
std::string option_given_again(const CLI::App& program);

/// A line for each unknown option that looks like one of the command's, or of the program's.
std::string meant_options(const CLI::App& program);

}  // namespace revolute
