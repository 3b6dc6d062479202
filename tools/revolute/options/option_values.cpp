#include "option_values.hpp"

#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/small_letters.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>
#include <revolute/tools/support/text_encoding.hpp>
#include <revolute/tools/tables/date.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

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

/// How many bytes "", "B", "kB", "MiB", "g" are, blanks before aside.
std::optional<double> bytes_of_unit(std::string_view unit) {
    std::string small = detail::in_small_letters(unit);
    std::erase(small, ' ');
    if (small.ends_with('b')) small.pop_back();
    const double step = small.ends_with('i') ? 1024 : 1000;
    if (small.ends_with('i')) small.pop_back();
    const std::size_t power = small.empty() ? 0 : std::string_view("kmgtpe").find(small) + 1;
    if (small.size() > 1 || (power == 0 && (!small.empty() || step == 1024))) return std::nullopt;
    return std::pow(step, static_cast<double>(power));
}

template <class Predicate>
CLI::Validator number_that(std::string what, std::string range, Predicate is_allowed) {
    return {[what = std::move(what), is_allowed](std::string& word) -> std::string {
                const std::optional<double> number = number_in<double>(word);
                if (number && is_allowed(*number)) return {};
                return fmt::format("must be {} ({})", what, word);
            },
            std::move(range)};
}

CLI::Validator name_of_a(const char* what) {
    return {[what](const std::string& word) -> std::string {
                return word.empty() ? fmt::format("must be the name of a {} (it is empty)", what)
                                    : "";
            },
            ""};
}

}  // namespace

CLI::Validator word_among(std::vector<std::string> names) {
    std::string range = fmt::format("{{{}}}", fmt::join(names, ","));
    return {[names = std::move(names)](std::string& word) -> std::string {
                if (std::ranges::find(names, word) != names.end()) return {};
                return fmt::format("must be one of {} ({}){}", fmt::join(names, ", "), word,
                                   detail::did_you_mean(word, names));
            },
            std::move(range)};
}

CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
    return {[low, high](std::string& word) -> std::string {
                const std::optional<std::uint64_t> number = number_in<std::uint64_t>(word);
                if (number && *number >= low && *number <= high) return {};
                return fmt::format("must be a whole number from {} to {} ({})", low, high, word);
            },
            fmt::format("[{} - {}]", low, high)};
}

CLI::Validator number_between(double low, double high) {
    return number_that(fmt::format("a number from {} to {}", low, high),
                       fmt::format("[{} - {}]", low, high),
                       [low, high](double number) { return number >= low && number <= high; });
}

CLI::Validator positive_number() {
    return number_that("a finite number above 0", "[above 0]",
                       [](double number) { return std::isfinite(number) && number > 0; });
}

CLI::Validator number_from_zero() {
    return number_that("a finite number of at least 0", "[from 0]",
                       [](double number) { return std::isfinite(number) && number >= 0; });
}

CLI::Validator fraction() {
    return number_that("a number of at least 0 and below 1", "[0 to below 1]",
                       [](double number) { return number >= 0 && number < 1; });
}

CLI::Validator positive_fraction() {
    return number_that("a number above 0 and below 1", "[above 0 to below 1]",
                       [](double number) { return number > 0 && number < 1; });
}

CLI::Validator accepted_by(std::function<void(const std::string&)> require) {
    return {[require = std::move(require)](std::string& word) -> std::string {
                try {
                    require(word);
                    return {};
                } catch (const Error& error) {
                    return error.what();
                }
            },
            ""};
}

CLI::Validator size_in_bytes() {
    return {
        [](std::string& word) -> std::string {
            const std::size_t end = std::min(word.find_first_not_of("0123456789.+-e"), word.size());
            const std::optional<double> number = number_in<double>(word.substr(0, end));
            const std::optional<double> unit = bytes_of_unit(word.substr(end));
            const double bytes = number && unit ? std::floor(*number * *unit) : 0;
            constexpr double most = 9e18;  // within 64 bits
            if (!(bytes >= 1 && bytes <= most))
                return fmt::format("must be a number of bytes, such as 500MB or 1.5GiB ({})", word);
            word = std::to_string(static_cast<std::uint64_t>(bytes));
            return {};
        },
        "[500MB, 1.5GiB, ...]"};
}

CLI::Validator file_name() { return name_of_a("file"); }

CLI::Validator folder_name() { return name_of_a("folder"); }

CLI::Validator encoding_name() {
    return {[](const std::string& word) -> std::string {
                if (is_encoding(word)) return {};
                return fmt::format("must be an encoding that iconv knows (\"{}\")\n  {}", word,
                                   advice_on_encodings);
            },
            ""};
}

CLI::Validator date_format() {
    return {[](const std::string& word) -> std::string {
                if (DateFormat(word).is_of_dates()) return {};
                return fmt::format(
                    "must say how dates are written, as for strptime: %d/%m/%Y for 30/06/2019, "
                    "\"%b %d, %Y\" for Jun 30, 2019 (\"{}\")",
                    word);
            },
            ""};
}

CLI::Validator any_seed() { return whole_number(0, std::numeric_limits<std::uint64_t>::max()); }

}  // namespace revolute
