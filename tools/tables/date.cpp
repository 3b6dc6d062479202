#include <revolute/graph/values/error.hpp>
#include <revolute/tools/tables/date.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <map>

namespace revolute {

namespace {

namespace calendar = std::chrono;

constexpr double seconds_a_day = 86400;

constexpr std::string_view iso_dates[] = {
    "YYYY-MM-DD", "YYYY-MM", "YYYY-Www-e", "YYYY-Www", "YYYYWwwe", "YYYYWww", "YYYY-nnn",
    "YYYY-Qq",    "YYYYQq",  "YYYY Qq",    "YYYY/Qq",  "YYYY.Qq",  "Qq YYYY", "Qq-YYYY",
    "Qq/YYYY",    "Qq.YYYY", "QqYYYY",     "qQYYYY",   "YYYY-Hf",  "YYYYHf",  "YYYY Hf",
    "YYYY/Hf",    "Hf YYYY", "Hf-YYYY",    "Hf/YYYY",  "HfYYYY",   "YYYYMMDD"};

constexpr std::string_view iso_times[] = {"", "Thh:mm:ss", "Thh:mm", "Thhmmss", "Thhmm", "Thh"};

/// What digits stand for, see DateFormat.
constexpr std::string_view field_letters = "YMDnweqfhms";

/// Whole days and the rest of a time.
struct DayAndTime {
    long days = 0;
    double seconds = 0;
};

DayAndTime split_time(double seconds) {
    const double days = std::floor(seconds / seconds_a_day);
    return {static_cast<long>(days), seconds - days * seconds_a_day};
}

bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits that a format's letters stand for, as numbers by letter; none when the text is
/// another. Takes what it read.
std::optional<std::map<char, int>> read_fields(std::string_view format, std::string_view& text) {
    std::map<char, int> fields;
    if (text.size() < format.size()) return std::nullopt;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (field_letters.find(format[i]) == field_letters.npos) {
            if (format[i] != text[i]) return std::nullopt;
        } else {
            if (!is_decimal_digit(text[i])) return std::nullopt;
            int& field = fields[format[i]];
            field = 10 * field + (text[i] - '0');
        }
    }
    text.remove_prefix(format.size());
    return fields;
}

/// (year, week, day of the week from 1) by ISO 8601.
std::array<int, 3> week_of(long days) {
    const long weekday = ((days + 3) % 7 + 7) % 7;            // Monday is 0
    const int year = calendar_date(days - weekday + 3).year;  // that of the week's Thursday
    const long january = *days_of({year, 1, 1});
    return {year, static_cast<int>((days - weekday + 3 - january) / 7) + 1,
            static_cast<int>(weekday) + 1};
}

/// The day that the fields say; none when there is none.
std::optional<long> day_of(std::map<char, int> fields) {
    const int year = fields['Y'];
    const auto has = [&](char letter) { return fields.contains(letter); };
    if (has('w')) {
        const int weekday = has('e') ? fields['e'] : 1;
        const std::optional<long> first = days_of({year, 1, 4});
        if (!first || weekday < 1 || weekday > 7) return std::nullopt;
        const long days = *first + 7L * (fields['w'] - 1) - (week_of(*first)[2] - 1) + weekday - 1;
        const auto [in_year, week, day] = week_of(days);
        if (in_year != year || week != fields['w']) return std::nullopt;
        return days;
    }
    if (has('n')) {
        const std::optional<long> first = days_of({year, 1, 1});
        if (!first || fields['n'] < 1) return std::nullopt;
        const long days = *first + fields['n'] - 1;
        return calendar_date(days).year == year ? std::optional(days) : std::nullopt;
    }
    if (has('q')) {
        if (fields['q'] < 1 || fields['q'] > 4) return std::nullopt;
        return days_of({year, static_cast<unsigned>(3 * fields['q'] - 2), 1});
    }
    if (has('f')) {
        if (fields['f'] < 1 || fields['f'] > 2) return std::nullopt;
        return days_of({year, static_cast<unsigned>(6 * fields['f'] - 5), 1});
    }
    return days_of({year, has('M') ? static_cast<unsigned>(fields['M']) : 1,
                    has('D') ? static_cast<unsigned>(fields['D']) : 1});
}

/// Z, UTC, GMT, +02, +0200 or +02:00, also behind a blank, in seconds; none for other text.
std::optional<double> offset_seconds(std::string_view text) {
    if (text.starts_with(' ')) text.remove_prefix(1);
    if (text == "Z" || text == "UTC" || text == "GMT") return 0;
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
    const double sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    for (const std::string_view format : {"hh:mm", "hhmm", "hh"}) {
        std::string_view rest = text;
        auto fields = read_fields(format, rest);
        if (!fields || !rest.empty()) continue;
        if ((*fields)['h'] > 23 || (*fields)['m'] > 59) return std::nullopt;
        return sign * (3600 * (*fields)['h'] + 60 * (*fields)['m']);
    }
    return std::nullopt;
}

/// The name of a time zone in brackets at the end of a text, with them; empty where there is none.
std::string_view zone_at_end(std::string_view text) {
    const std::size_t begin = text.find('[');
    const bool is_zone = begin != text.npos && text.size() > begin + 2 && text.ends_with(']');
    return is_zone ? text.substr(begin) : std::string_view();
}

/// Takes the digits behind a point or comma; returns their number, 0 for none.
std::size_t take_decimals(std::string_view& text, double& value) {
    if (text.size() < 2 || (text.front() != '.' && text.front() != ',')) return 0;
    const auto end = std::find_if_not(text.begin() + 1, text.end(), is_decimal_digit);
    const auto count = static_cast<std::size_t>(end - text.begin()) - 1;
    double digits = 0;
    for (const char c : text.substr(1, count)) digits = 10 * digits + (c - '0');
    value = digits / std::pow(10, static_cast<double>(count));
    text.remove_prefix(count == 0 ? 0 : count + 1);
    return count;
}

/// The number that a letter of a format stands for.
int field_of(char letter, const DayAndTime& at) {
    const CalendarDate date = calendar_date(at.days);
    const int second = static_cast<int>(at.seconds);
    switch (letter) {
        case 'M':
            return static_cast<int>(date.month);
        case 'D':
            return static_cast<int>(date.day);
        case 'n':
            return static_cast<int>(at.days - *days_of({date.year, 1, 1})) + 1;
        case 'q':
            return static_cast<int>((date.month + 2) / 3);
        case 'f':
            return static_cast<int>((date.month + 5) / 6);
        case 'w':
            return week_of(at.days)[1];
        case 'e':
            return week_of(at.days)[2];
        case 'h':
            return second / 3600;
        case 'm':
            return second / 60 % 60;
        case 's':
            return second % 60;
        default:
            return date.year;
    }
}

}  // namespace

CalendarDate calendar_date(long days) {
    const calendar::year_month_day date{calendar::sys_days{calendar::days{days}}};
    return {int{date.year()}, unsigned{date.month()}, unsigned{date.day()}};
}

std::optional<long> days_of(const CalendarDate& date) {
    const calendar::year_month_day day{calendar::year{date.year}, calendar::month{date.month},
                                       calendar::day{date.day}};
    if (!day.ok()) return std::nullopt;
    return calendar::sys_days{day}.time_since_epoch().count();
}

unsigned last_day_of_month(int year, unsigned month) {
    return unsigned{calendar::year_month_day_last{calendar::year{year},
                                                  calendar::month_day_last{calendar::month{month}}}
                        .day()};
}

std::optional<DateFormat> DateFormat::of_iso(std::string_view text) {
    constexpr std::string_view first_letters = "QH";
    if (text.size() < 6 ||
        (!is_decimal_digit(text.front()) && first_letters.find(text.front()) == text.npos))
        return std::nullopt;
    for (const std::string_view date : iso_dates) {
        std::string_view behind = text;
        if (!read_fields(date, behind)) continue;
        for (const std::string_view time : iso_times) {
            DateFormat format;
            format.iso_ = fmt::format("{}{}", date, time);
            if (!time.empty() && behind.starts_with(' ')) format.iso_[date.size()] = ' ';
            std::string_view rest = text;
            if (!read_fields(format.iso_, rest)) continue;
            double fraction = 0;
            if (time.ends_with('s')) format.decimals_ = take_decimals(rest, fraction);
            if (!time.empty()) {
                format.zone_ = zone_at_end(rest);
                format.offset_ = rest.substr(0, rest.size() - format.zone_.size());
            }
            if (format.parse_iso(text)) return format;
        }
    }
    return std::nullopt;
}

std::optional<double> DateFormat::parse(std::string_view text) const {
    return iso_.empty() ? parse_pattern(text) : parse_iso(text);
}

std::string DateFormat::print(double seconds) const {
    if (!can_print(seconds))
        throw EvaluationError("date: the years that can be written are 0000 to 9999");
    return iso_.empty() ? print_pattern(seconds) : print_iso(seconds);
}

double DateFormat::offset() const {
    return iso_.empty() ? pattern_offset_ : offset_seconds(offset_).value_or(0);
}

bool DateFormat::can_print(double seconds) const {
    static const double first = seconds_a_day * static_cast<double>(*days_of({0, 1, 1}));
    static const double end = seconds_a_day * static_cast<double>(*days_of({10000, 1, 1}));
    const double local = seconds + offset();
    // The last half second may be written as the next one.
    return local >= first && local < end - 0.5;
}

DateFormat DateFormat::like(std::string pattern, std::string_view text) {
    DateFormat format(std::move(pattern));
    std::tm time{};
    if (strptime(std::string(text).c_str(), format.pattern_.c_str(), &time) != nullptr)
        format.pattern_offset_ = static_cast<double>(time.tm_gmtoff);
    return format;
}

bool DateFormat::is_of_dates() const {
    const std::string day = print(0), another = print(1'234'567'890);
    return day != another && parse(day) && parse(another);
}

std::optional<double> DateFormat::parse_iso(std::string_view text) const {
    auto fields = read_fields(iso_, text);
    if (!fields) return std::nullopt;
    const std::optional<long> day = day_of(*fields);
    const int hour = (*fields)['h'], minute = (*fields)['m'], second = (*fields)['s'];
    if (!day || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    double fraction = 0, offset = 0;
    if (iso_.ends_with('s')) take_decimals(text, fraction);
    if (!text.ends_with(zone_)) return std::nullopt;
    text.remove_suffix(zone_.size());
    if (!offset_.empty()) {
        const std::optional<double> read = offset_seconds(text);
        if (!read) return std::nullopt;
        offset = *read;
        text = {};
    }
    if (!text.empty()) return std::nullopt;
    return static_cast<double>(*day) * seconds_a_day + 3600 * hour + 60 * minute + second +
           fraction - offset;
}

std::string DateFormat::print_iso(double seconds) const {
    const double unit = std::pow(10, static_cast<double>(decimals_));
    const DayAndTime at = split_time(std::round((seconds + offset()) * unit) / unit);
    std::string text = iso_;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find_first_not_of(iso_[begin], begin), text.size());
        if (field_letters.find(iso_[begin]) != field_letters.npos) {
            int value = field_of(iso_[begin], at);
            if (iso_[begin] == 'Y' && iso_.find('w') != iso_.npos) value = week_of(at.days)[0];
            text.replace(begin, end - begin, fmt::format("{:0{}}", value, end - begin));
        }
        begin = end;
    }
    if (decimals_ > 0) {
        const double fraction = at.seconds - std::floor(at.seconds);
        text += fmt::format("{:.{}f}", fraction, decimals_).substr(1);
    }
    return text + offset_ + zone_;
}

std::optional<double> DateFormat::parse_pattern(std::string_view text) const {
    std::tm time{};
    time.tm_mday = 1;
    time.tm_year = 70;
    const std::string copy(text);
    const char* const end = strptime(copy.c_str(), pattern_.c_str(), &time);
    if (end == nullptr || *end != '\0') return std::nullopt;
    // strptime takes the 31st of any month.
    const std::optional<long> day =
        days_of({time.tm_year + 1900, static_cast<unsigned>(time.tm_mon + 1),
                 static_cast<unsigned>(time.tm_mday)});
    if (!day) return std::nullopt;
    return static_cast<double>(*day) * seconds_a_day + 3600 * time.tm_hour + 60 * time.tm_min +
           time.tm_sec - static_cast<double>(time.tm_gmtoff);
}

std::string DateFormat::print_pattern(double seconds) const {
    const auto whole = static_cast<std::time_t>(std::llround(seconds + pattern_offset_));
    std::tm time{};
    gmtime_r(&whole, &time);
    time.tm_gmtoff = static_cast<long>(pattern_offset_);
    std::array<char, 256> buffer{};
    const std::size_t size = strftime(buffer.data(), buffer.size(), pattern_.c_str(), &time);
    return {buffer.data(), size};
}

}  // namespace revolute
