#pragma once

/// @file
/// Dates and times as people write them.

#include <optional>
#include <string>
#include <string_view>

namespace revolute {

/// A way to write dates and times, which reads them and writes others alike. Times are in seconds
/// from the beginning of 1970, by the Gregorian calendar, without leap seconds; in UTC where the
/// text says how far from it it is.
class DateFormat {
 public:
    /// How this text writes a date by ISO 8601: 2019-06-30, 20190630, 2019-06, 2019-W26,
    /// 2019-W26-7, 2019-181, with a time behind T or a blank (12:30, 12:30:15, 12:30:15.25), an
    /// offset (Z, UTC, GMT, +02:00, also behind a blank) and the name of its zone in brackets, as
    /// by RFC 9557; also quarters, 2019-Q2, 2019Q2, Q2 2019, 2Q2019 and the like, and halves of
    /// years, 2019H1. None when it does not.
    static std::optional<DateFormat> of_iso(std::string_view text);
    /// As strptime and strftime of the C library read and write it: "%d/%m/%Y".
    explicit DateFormat(std::string pattern) : pattern_(std::move(pattern)) {}
    /// The same, which writes dates with the offset that this text has, for %z.
    static DateFormat like(std::string pattern, std::string_view text);

    /// Whether it tells times apart, and reads what it writes.
    bool is_of_dates() const;

    /// The time that the whole text says; none when it is not in the format, or no day of the
    /// calendar.
    std::optional<double> parse(std::string_view text) const;
    /// A time as this format writes it. Throws EvaluationError where `can_print` says no.
    std::string print(double seconds) const;
    /// Whether the time is in a year of four digits, 0 to 9999.
    bool can_print(double seconds) const;

    /// The format in words: "ISO 8601", or the pattern.
    std::string name() const { return iso_.empty() ? pattern_ : "ISO 8601"; }

 private:
    DateFormat() = default;
    std::optional<double> parse_iso(std::string_view text) const;
    std::optional<double> parse_pattern(std::string_view text) const;
    double offset() const;
    std::string print_iso(double seconds) const;
    std::string print_pattern(double seconds) const;

    std::string pattern_;
    // Digits of a field stand as one letter each: Y year, M month, D day, n day of the year, w
    // week, e day of the week, q quarter, f half of the year, h m s. All else stands for itself.
    std::string iso_;
    std::size_t decimals_ = 0;   // of the seconds
    std::string offset_ = {};    // as written, "" for none
    std::string zone_ = {};      // the same, with its brackets
    double pattern_offset_ = 0;  // in seconds, that %z writes
};

/// The calendar behind DateFormat, in whole days from the beginning of 1970.
struct CalendarDate {
    int year = 1970;     ///< of the Gregorian calendar
    unsigned month = 1;  ///< 1 to 12
    unsigned day = 1;    ///< 1 to 31
};
/// The date of a day by its number.
CalendarDate calendar_date(long days);
/// None when there is no such day.
std::optional<long> days_of(const CalendarDate& date);
/// 28 to 31.
unsigned last_day_of_month(int year, unsigned month);

}  // namespace revolute
