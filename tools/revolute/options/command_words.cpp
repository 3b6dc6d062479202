#include "command_words.hpp"

#include <revolute/tools/support/detail/suggestion.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace revolute {

namespace {

/// The words in their order, with `help COMMAND` as it is written otherwise.
std::vector<std::string> words_in_order(int argument_count, const char* const* arguments) {
    std::vector<std::string> words(arguments + 1, arguments + argument_count);
    const auto command =
        std::ranges::find_if(words, [](const auto& word) { return word != "help"; });
    if (command != words.begin()) {
        words.erase(words.begin(), command);
        words.push_back("--help");
    }
    return words;
}

const CLI::App* command_called(const CLI::App& program, const std::string& name) {
    const auto all = program.get_subcommands([](const CLI::App*) { return true; });
    const auto found = std::ranges::find(all, name, &CLI::App::get_name);
    return found == all.end() ? nullptr : *found;
}

/// The option that a word names, with a value or without; none for other words.
const CLI::Option* option_called(const CLI::App& command, std::string_view word) {
    constexpr std::size_t of_short = 2;  // "-o", which a value may follow at once
    if (word.size() < of_short || word.front() != '-' || word == "--") return nullptr;
    const std::size_t end = word[1] == '-' ? word.find('=') : of_short;
    return command.get_option_no_throw(std::string(word.substr(0, end)));
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// Whether a word that names an option has a value too.
bool has_value(std::string_view word) {
    return word.starts_with("--") ? word.find('=') != word.npos : word.size() > 2;
}

bool has_empty_value(std::string_view word) {
    return word.starts_with("--") && word.find('=') + 1 == word.size();
}

/// Hands the words of a command on, options with their values.
class CommandWords {
 public:
    CommandWords(const CLI::App& command, std::vector<std::string> words)
        : command_(command), words_(std::move(words)) {}

    /// From the word on that follows the command.
    std::vector<std::string> read(std::size_t next) {
        read_.assign(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(next));
        for (next_ = next; next_ < words_.size();) {
            const std::string& word = words_[next_];
            if (word == "--") break;  // no options follow
            ++next_;
            if (const CLI::Option* const option = option_called(command_, word))
                read_option(*option, word);
            else
                read_.push_back(word);
        }
        read_.insert(read_.end(), words_.begin() + static_cast<std::ptrdiff_t>(next_),
                     words_.end());
        return std::move(read_);
    }

 private:
    void read_option(const CLI::Option& option, const std::string& word) {
        if (has_empty_value(word)) {
            const std::string name = word.substr(0, word.size() - 1);
            if (!takes_value(option)) throw CLI::ValidationError(name, "takes no value (=)");
            read_.insert(read_.end(), {name, ""});
            return;
        }
        read_.push_back(word);
        if (!takes_value(option) || has_value(word)) return;
        if (next_ == words_.size())
            throw CLI::ValidationError(word, "must have a value (nothing follows)");
        const std::string& value = words_[next_++];
        if (option_called(command_, value) != nullptr)
            throw CLI::ValidationError(
                word, fmt::format("must have a value (the option {} follows)", value));
        read_.push_back(value);
    }

    const CLI::App& command_;
    std::vector<std::string> words_;
    std::size_t next_ = 0;  // the first word that is not read
    std::vector<std::string> read_;
};

}  // namespace

std::vector<std::string> words_for(const CLI::App& program, int argument_count,
                                   const char* const* arguments) {
    std::vector<std::string> words = words_in_order(argument_count, arguments);
    const auto is_command = [&](const std::string& word) {
        return command_called(program, word) != nullptr;
    };
    const auto command = std::ranges::find_if(words, is_command);
    if (command != words.end()) {
        const auto next = static_cast<std::size_t>(command - words.begin()) + 1;
        words = CommandWords(*command_called(program, *command), words).read(next);
    }
    std::ranges::reverse(words);
    return words;
}

std::string option_given_again(const CLI::App& program) {
    for (const CLI::App* command : program.get_subcommands())
        for (const CLI::Option* option : command->get_options())
            if (option->get_items_expected_max() == 1 && option->count() > 1)
                return fmt::format("{}: must be given once (it was given {} times: {})\n",
                                   option->get_name(), option->count(),
                                   fmt::join(option->results(), ", "));
    return {};
}

std::string meant_options(const CLI::App& program) {
    std::string lines;
    std::vector<const CLI::App*> read{&program};
    for (const CLI::App* command : program.get_subcommands()) read.push_back(command);
    for (const CLI::App* command : read) {
        std::vector<std::string> names;
        for (const CLI::Option* option : command->get_options())
            if (!option->get_lnames().empty()) names.push_back(option->get_lnames().front());
        for (const std::string& word : command->remaining()) {
            if (!word.starts_with("--")) continue;
            const std::string_view name = std::string_view(word).substr(2, word.find('=') - 2);
            const std::string meant = detail::likely_meant(name, names);
            if (!meant.empty()) lines += fmt::format("{}: did you mean --{}?\n", word, meant);
        }
    }
    return lines;
}

}  // namespace revolute
