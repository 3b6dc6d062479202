#include "option_values.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

namespace revolute {

namespace {

/// The number that the whole word is, if it is one.
template <class Number>
std::optional<Number> number_in(std::string_view word) {
    Number number{};
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

}  // namespace

CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
    return {[low, high](std::string& word) -> std::string {
                const std::optional<std::uint64_t> number = number_in<std::uint64_t>(word);
                if (number && *number >= low && *number <= high) return {};
                return fmt::format("must be a whole number from {} to {} ({})", low, high, word);
            },
            fmt::format("[{} - {}]", low, high)};
}

CLI::Validator number_between(double low, double high) {
    return {[low, high](std::string& word) -> std::string {
                const std::optional<double> number = number_in<double>(word);
                if (number && *number >= low && *number <= high) return {};
                return fmt::format("must be a number from {} to {} ({})", low, high, word);
            },
            fmt::format("[{} - {}]", low, high)};
}

CLI::Validator any_seed() {
    return whole_number(0, std::numeric_limits<std::uint64_t>::max()).description("");
}

}  // namespace revolute
