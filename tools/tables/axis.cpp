#include <revolute/tools/tables/axis.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace revolute {

namespace {

constexpr double day_in_seconds = 86400;
constexpr double days_a_week = 7, weekdays_a_week = 5;
/// The beginning of 1970 was a Thursday, three days after a Monday.
constexpr double days_after_monday = 3;

long whole_days(double seconds) { return static_cast<long>(std::floor(seconds / day_in_seconds)); }

double weekday_place(long days) {
    const double since_monday = static_cast<double>(days) + days_after_monday;
    const double weeks = std::floor(since_monday / days_a_week);
    return weekdays_a_week * weeks +
           std::min(since_monday - days_a_week * weeks, weekdays_a_week - 1);
}

double day_of_weekday(double place) {
    const double weeks = std::floor(place / weekdays_a_week);
    return days_a_week * weeks + (place - weekdays_a_week * weeks) - days_after_monday;
}

/// Without the last digit or two, which are rounding: 0.1 + 59 0.1 is 6 and not 6.000000000000001.
std::string number_text(double value) {
    if (value == std::floor(value)) return fmt::format("{}", value);
    const std::string rounded = fmt::format("{:.15g}", value);
    double read = 0;
    std::from_chars(rounded.data(), rounded.data() + rounded.size(), read);
    return fmt::format("{}", read);
}

}  // namespace

double DateScale::place(double seconds) const {
    if (unit == DateUnit::second) return seconds;
    if (unit == DateUnit::weekday) return weekday_place(whole_days(seconds));
    const CalendarDate date = calendar_date(whole_days(seconds));
    return 12.0 * date.year + date.month - 1;
}

double DateScale::seconds(double place) const {
    if (unit == DateUnit::second) return place;
    const double whole = std::round(place);
    if (unit == DateUnit::weekday) return day_in_seconds * day_of_weekday(whole) + of_day;
    const int year = static_cast<int>(std::floor(whole / 12));
    const auto month = static_cast<unsigned>(whole - 12.0 * year) + 1;
    const auto days = days_of({year, month, std::min(day, last_day_of_month(year, month))});
    return day_in_seconds * static_cast<double>(days.value_or(0)) + of_day;
}

bool DateScale::has_date(double place) const {
    constexpr double years = 10000, months_a_year = 12, most_days_a_year = 366;
    const double most_places = unit == DateUnit::month ? years * months_a_year
                               : unit == DateUnit::weekday
                                   ? years * most_days_a_year
                                   : years * most_days_a_year * day_in_seconds;
    // Beyond these the calendar itself has no numbers.
    return std::abs(place) <= most_places && format.can_print(seconds(place));
}

double Axis::place(std::size_t row) const {
    if (row < places.size()) return places[row];
    if (places.empty()) return first + spacing * static_cast<double>(row);
    return places.back() + spacing * static_cast<double>(row + 1 - places.size());
}

double Axis::at(std::size_t row) const { return dates ? dates->seconds(place(row)) : place(row); }

std::string Axis::text(std::size_t row) const {
    return dates ? dates->format.print(at(row)) : number_text(at(row));
}

bool Axis::has_text(std::size_t row) const { return !dates || dates->has_date(place(row)); }

std::vector<std::string> Axis::texts(std::size_t begin, std::size_t count) const {
    std::vector<std::string> result;
    for (std::size_t row = begin; row < begin + count; ++row) result.push_back(text(row));
    return result;
}

}  // namespace revolute
