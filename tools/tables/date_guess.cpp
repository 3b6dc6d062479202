#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/tables/date.hpp>
#include <revolute/tools/tables/date_guess.hpp>
#include <revolute/tools/tables/time_words.hpp>

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
constexpr std::string_view other_dates[] = {
    "%b %d, %Y",
    "%d. %b %Y",
    "%YM%m",
    "%b %d %H:%M:%S %Y",  // of ctime, whose day of the week stands before
    "%b %d %H:%M:%S UTC %Y",
    "FY%Y",
    "FY %Y",
    "FY%y",
    "%Y\xE5\xB9\xB4%m\xE6\x9C\x88%d\xE6\x97\xA5",  // year, month and day in Chinese and Japanese
    "%Y\xE5\xB9\xB4%m\xE6\x9C\x88",
    "%Y\xE5\xB9\xB4",
    "%Y\xEB\x85\x84 %m\xEC\x9B\x94 %d\xEC\x9D\xBC",  // in Korean
};
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

/// A text without the day of the week before a date and the zone behind its time, and how a format
/// writes these.
struct DateText {
    std::string before;     // "%a, "
    std::string_view core;  // 01 Jan 2020 00:00:00
    std::string behind;     // " %z", or " UTC" as it stands
};

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_ascii_letter(char c) { return is_capital(c) || (c >= 'a' && c <= 'z'); }

/// Takes "Wed, ", "Wednesday " or the like from the beginning of a text; returns how a format
/// writes it.
std::string take_weekday(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_ascii_letter);
    const auto letters = static_cast<std::size_t>(end - text.begin());
    const std::size_t rest = text.find_first_not_of("., ", letters);
    constexpr std::size_t of_short = 3;
    if (letters < of_short || rest == text.npos || rest == letters) return {};
    // By the date alone, which a weekday does not tell: this one is there to be skipped.
    if (!DateFormat("%a").parse(text.substr(0, letters))) return {};
    std::string format = letters == of_short ? "%a" : "%A";
    format += text.substr(letters, rest - letters);
    text.remove_prefix(rest);
    return format;
}

/// Takes "+0530", " +05:30", "Z" or " UTC" from the end of a text with a time; returns how a format
/// writes it.
std::string take_zone(std::string_view& text) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos) return {};
    std::size_t begin = text.find_last_of("+-");
    std::string format = "%z";
    if (begin == text.npos || begin < colon) {
        begin = text.size();
        while (is_capital(text[begin - 1])) --begin;
        const std::string_view name = text.substr(begin);
        if (name.empty() || name == "AM" || name == "PM") return {};
        if (name != "Z") format = name;
    } else if (text.find_first_not_of("0123456789:", begin + 1) != text.npos) {
        return {};
    }
    const bool has_blank = text[begin - 1] == ' ';
    text = text.substr(0, begin - (has_blank ? 1 : 0));
    return has_blank ? " " + format : format;
}

DateText date_text(std::string_view text) {
    DateText parts;
    parts.before = take_weekday(text);
    parts.behind = take_zone(text);
    parts.core = text;
    return parts;
}

/// A format in the same parts.
struct GuessedFormat {
    std::string before, core, behind;

    bool reads(std::string_view text) const {
        const DateText parts = date_text(text);
        return parts.before == before && parts.behind == behind && is_date_by(core, parts.core) &&
               DateFormat(whole()).parse(text);
    }
    std::string whole() const { return before + core + behind; }
};

/// The common formats by which a text is a date.
std::vector<GuessedFormat> formats_of(std::string_view text) {
    std::vector<GuessedFormat> formats;
    const DateText parts = date_text(text);
    for (const std::string& date : common_dates())
        for (const std::string_view time : times_of_day) {
            const GuessedFormat format{parts.before, date + std::string(time), parts.behind};
            if (is_date_by(format.core, parts.core) && format.reads(text))
                formats.push_back(format);
        }
    return formats;
}

/// As `likely_date_formats`.
std::vector<GuessedFormat> guessed_formats(std::span<const std::string_view> texts) {
    std::vector<GuessedFormat> likely;
    for (std::size_t i = 0; i < texts.size() && likely.empty(); ++i) likely = formats_of(texts[i]);
    std::vector<std::ptrdiff_t> counts;
    counts.reserve(likely.size());
    for (const GuessedFormat& format : likely)
        counts.push_back(std::ranges::count_if(
            texts, [&](std::string_view text) { return format.reads(text); }));
    std::vector<GuessedFormat> best;
    for (std::size_t i = 0; i < likely.size(); ++i)
        if (counts[i] == std::ranges::max(counts)) best.push_back(std::move(likely[i]));
    return best;
}

}  // namespace

std::vector<std::string> likely_date_formats(std::span<const std::string_view> texts) {
    std::vector<std::string> formats;
    for (const GuessedFormat& format : guessed_formats(texts)) formats.push_back(format.whole());
    return formats;
}

std::string advice_on_dates(std::span<const std::string_view> texts) {
    const std::vector<GuessedFormat> formats = guessed_formats(texts);
    if (formats.empty() && !texts.empty() && std::ranges::all_of(texts, is_time_of_day))
        for (const char* const format : {"%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p"})
            if (std::ranges::all_of(texts, [&](std::string_view text) {
                    return DateFormat(format).parse(text).has_value();
                }))
                return fmt::format("--date-format '{}' reads them, as times of one day", format);
    if (formats.empty())
        return "--date-format says how dates are written, as for strptime: '%d.%m.%Y %H:%M' for "
               "31.12.2024 23:59";
    std::vector<std::string> quoted;
    quoted.reserve(formats.size());
    for (const GuessedFormat& format : formats)
        quoted.push_back(fmt::format("'{}'", format.whole()));
    const auto other = std::ranges::find_if_not(
        texts, [&](std::string_view text) { return formats.front().reads(text); });
    return fmt::format("--date-format {} reads them{}{}", fmt::join(quoted, " or "),
                       formats.size() > 1 ? ", whichever is meant" : "",
                       other == texts.end()
                           ? std::string()
                           : fmt::format(", but for \"{}\"", detail::printable(*other)));
}

}  // namespace revolute
