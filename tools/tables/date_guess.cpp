#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/tables/date.hpp>
#include <revolute/tools/tables/date_guess.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

namespace revolute {

namespace {

/// Dates, with a point for the sign between their parts.
constexpr std::string_view orders_of_numbers[] = {"d.m.Y", "m.d.Y", "Y.m.d", "d.m.y",
                                                  "m.d.y", "y.m.d", "m.Y",   "Y.m"};
constexpr std::string_view orders_with_names[] = {"d.b.Y", "b.d.Y", "Y.b.d", "d.b.y",
                                                  "b.Y",   "Y.b",   "b.y"};
constexpr std::string_view signs_of_numbers[] = {".", "/", "-", " ", ". "};
constexpr std::string_view signs_with_names[] = {" ", "-", "/", ".", ". ", ""};
constexpr std::string_view other_dates[] = {"%b %d, %Y",    "%d. %b %Y",   "%a %d %b %Y",
                                            "%a, %d %b %Y", "%a %b %d %Y", "%a, %b %d, %Y",
                                            "%YM%m"};
constexpr std::string_view times_of_day[] = {
    "",           " %H:%M",    " %H:%M:%S",    "T%H:%M",   "T%H:%M:%S", ", %H:%M",
    ", %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %H.%M",    " %H"};

/// The format of an order such as "d.m.Y".
std::string format_of(std::string_view order, std::string_view sign) {
    std::string format;
    for (const char c : order) format += c == '.' ? std::string(sign) : std::string("%") + c;
    return format;
}

std::vector<std::string> common_dates() {
    std::vector<std::string> dates;
    for (const std::string_view sign : signs_of_numbers)
        for (const std::string_view order : orders_of_numbers)
            dates.push_back(format_of(order, sign));
    for (const std::string_view sign : signs_with_names)
        for (const std::string_view order : orders_with_names)
            dates.push_back(format_of(order, sign));
    dates.insert(dates.end(), std::begin(other_dates), std::end(other_dates));
    return dates;
}

/// How long the runs of such characters in a text are.
template <class IsOne>
std::vector<std::size_t> runs_in(std::string_view text, const IsOne& is_one) {
    std::vector<std::size_t> runs;
    bool is_in_run = false;
    for (const char c : text) {
        if (is_one(c) && !is_in_run) runs.push_back(0);
        if (is_one(c)) ++runs.back();
        is_in_run = is_one(c);
    }
    return runs;
}

/// How many numbers are written where the format stands.
std::size_t numbers_in(std::string_view format) {
    constexpr std::string_view letters = "dmYyHMSI";
    std::size_t numbers = 0;
    for (std::size_t i = 1; i < format.size(); ++i)
        if (format[i - 1] == '%' && letters.find(format[i]) != letters.npos) ++numbers;
    return numbers;
}

/// Whether the text is a date by the format, with a run of digits for each number and blanks where
/// it has some: strptime takes 12 apart for "%m%d", and a blank for any number of them, none too.
bool is_date_by(const std::string& format, std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_blank = [](char c) { return c == ' '; };
    const std::vector<std::size_t> digits = runs_in(text, is_digit);
    const bool has_long_year = std::ranges::find(digits, 4U) != digits.end();
    const bool is_long = format.find("%Y") != format.npos;
    return digits.size() == numbers_in(format) && is_long == has_long_year &&
           runs_in(format, is_blank).size() == runs_in(text, is_blank).size() &&
           DateFormat(format).parse(text);
}

/// The common formats by which a text is a date.
std::vector<std::string> formats_of(std::string_view text) {
    std::vector<std::string> formats;
    for (const std::string& date : common_dates())
        for (const std::string_view time : times_of_day)
            if (std::string format = date + std::string(time); is_date_by(format, text))
                formats.push_back(std::move(format));
    return formats;
}

}  // namespace

std::vector<std::string> likely_date_formats(std::span<const std::string_view> texts) {
    std::vector<std::string> likely;
    for (std::size_t i = 0; i < texts.size() && likely.empty(); ++i) likely = formats_of(texts[i]);
    std::vector<std::ptrdiff_t> counts;
    counts.reserve(likely.size());
    for (const std::string& format : likely)
        counts.push_back(std::ranges::count_if(
            texts, [&](std::string_view text) { return is_date_by(format, text); }));
    std::vector<std::string> best;
    for (std::size_t i = 0; i < likely.size(); ++i)
        if (counts[i] == std::ranges::max(counts)) best.push_back(std::move(likely[i]));
    return best;
}

std::string advice_on_dates(std::span<const std::string_view> texts) {
    const std::vector<std::string> formats = likely_date_formats(texts);
    if (formats.empty())
        return "--date-format says how dates are written, as for strptime: '%d.%m.%Y %H:%M'";
    std::vector<std::string> quoted;
    quoted.reserve(formats.size());
    for (const std::string& format : formats) quoted.push_back(fmt::format("'{}'", format));
    const auto other = std::ranges::find_if_not(
        texts, [&](std::string_view text) { return is_date_by(formats.front(), text); });
    return fmt::format("--date-format {} reads them{}{}", fmt::join(quoted, " or "),
                       formats.size() > 1 ? ", whichever is meant" : "",
                       other == texts.end()
                           ? std::string()
                           : fmt::format(", but for \"{}\"", detail::printable(*other)));
}

}  // namespace revolute
