#pragma once

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

// What an option's value may be, in words of our own where it is refused.

namespace revolute {

/// The names of an option's values, each with what it stands for, in the order in which help lists
/// them.
template <class Value>
using Choices = std::vector<std::pair<std::string, Value>>;

/// Refuses a word that is none of the names, which it lists.
CLI::Validator word_among(std::vector<std::string> names);

/// Replaces a name by what it stands for; another word is refused with the names that there are.
/// (CLI::CheckedTransformer would list values of an enum as characters.)
template <class Value>
CLI::Validator one_of(Choices<Value> choices) {
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) names.push_back(name);
    CLI::Validator among = word_among(std::move(names));
    const auto replace = [choices = std::move(choices), among](std::string& word) -> std::string {
        for (const auto& [name, value] : choices) {
            if (name != word) continue;
            word = std::to_string(static_cast<int>(value));
            return {};
        }
        return among(word);
    };
    return {replace, among.get_description()};
}

/// Refuses what is no whole number from `low` to `high`. (CLI::Range would take any number that is
/// none for one that is out of range, and a seed below 0 or beyond 64 bits would become another
/// one.)
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high);
/// Refuses what is no number from `low` to `high`; a NaN is none.
CLI::Validator number_between(double low, double high);
/// Refuses what is no finite number above 0.
CLI::Validator positive_number();
/// Refuses what is no finite number of at least 0.
CLI::Validator number_from_zero();
/// Refuses what is no number of at least 0 and below 1.
CLI::Validator fraction();
/// Refuses what is no number above 0 and below 1.
CLI::Validator positive_fraction();
/// Refuses what `require` refuses by throwing an Error, in the Error's words.
CLI::Validator accepted_by(std::function<void(const std::string&)> require);
/// Replaces a size such as 500MB, 1.5 GB or 64KiB by its bytes; refuses what is none, or less than
/// a byte. As for CLI11 and disks kB is 1000 bytes, KiB 1024, in small letters or large.
CLI::Validator size_in_bytes();
/// Refuses the empty word, which is no file's name.
CLI::Validator file_name();
/// The same of a folder.
CLI::Validator folder_name();
/// Refuses what iconv knows no encoding by.
CLI::Validator encoding_name();
/// Refuses what says of no time how it is written.
CLI::Validator date_format();
/// Any number that starts the random numbers.
CLI::Validator any_seed();

/// Adds an option that is one of some names; the value's present one is the default.
template <class Value>
CLI::Option* add_choice(CLI::App& command, const std::string& option, Value& value,
                        const std::string& what, const Choices<Value>& choices) {
    std::string name;
    for (const auto& [chosen, stands_for] : choices)
        if (stands_for == value) name = chosen;
    return command.add_option(option, value, what)->transform(one_of(choices))->default_str(name);
}

}  // namespace revolute
