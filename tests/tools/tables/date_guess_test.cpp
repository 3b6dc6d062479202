#include <revolute/tools/tables/date.hpp>
#include <revolute/tools/tables/date_guess.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

using namespace revolute;

namespace {

std::vector<std::string> formats_of(const std::vector<std::string>& texts) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    return likely_date_formats(views);
}

}  // namespace

TEST_CASE(
    "date guess: the format that wrote dates is found, alone where a day is beyond the 12th") {
    const double first = 86400.0 * static_cast<double>(*days_of({2024, 12, 9}));
    for (const char* day : {"%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y",
                            "%Y.%m.%d", "%d.%m.%y", "%m/%d/%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
                            "%b %d, %Y", "%d. %b %Y", "%d%b%Y", "%Y %b %d"})
        for (const char* time : {"", " %H:%M", " %H:%M:%S", " %I:%M %p"}) {
            const std::string format = fmt::format("{}{}", day, time);
            CAPTURE(format);
            std::vector<std::string> texts;
            for (int i = 0; i < 40; ++i)
                texts.push_back(DateFormat(format).print(first + 86400.0 * i));
            const std::vector<std::string> found = formats_of(texts);
            REQUIRE_FALSE(found.empty());
            CHECK(found.front() == format);
            // 31.12.24 may be in the year 2031.
            CHECK(found.size() == (format.starts_with("%d.%m.%y") ? 2 : 1));
            texts.resize(1);
            const std::vector<std::string> by_one = formats_of(texts);
            CHECK(std::ranges::find(by_one, format) != by_one.end());
        }
}

TEST_CASE("date guess: what is no date has no format") {
    for (const std::string text : {"", "x", "5", "2019", "12.5", "1,234.5", "99/99/2019", "Monday",
                                   "31.02.2019", "v1.2.3.4"})
        CHECK_MESSAGE(formats_of({text}).empty(), text);
    CHECK(likely_date_formats({}).empty());
}

TEST_CASE("date guess: one cell that is no date leaves the others' format") {
    const std::vector<std::string_view> texts{"31.12.2024", "x"};
    CHECK(advice_on_dates(texts) == "--date-format '%d.%m.%Y' reads them, but for \"x\"");
    // Those that read fewer of the others are not offered, be it the first that is wrong.
    const std::vector<std::string_view> german{"31.02.2024", "01.02.2024", "02.02.2024",
                                               "13.02.2024"};
    CHECK(advice_on_dates(german) == "--date-format '%d.%m.%Y' reads them, but for \"31.02.2024\"");
    const std::vector<std::string_view> others{"x"};
    CHECK(advice_on_dates(others) ==
          "--date-format says how dates are written, as for strptime: '%d.%m.%Y %H:%M' for "
          "31.12.2024 23:59");
}

TEST_CASE("date guess: days of the week before a date, and zones behind its time, are skipped") {
    for (const auto& example :
         {std::pair("Wed, 31 Jan 2020 00:00:00 +0000", "%a, %d %b %Y %H:%M:%S %z"),
          std::pair("Wednesday, 31 Jan 2020 00:00:00 GMT", "%A, %d %b %Y %H:%M:%S GMT"),
          std::pair("Fri Jan 31 00:00:00 2020", "%a %b %d %H:%M:%S %Y"),
          std::pair("Wed Jan  1 00:00:00 UTC 2020", "%a %b %d %H:%M:%S UTC %Y"),
          std::pair("Fri 2020-01-31", "%a %Y-%m-%d"),
          std::pair("2020-01-31 00:00:00 CET", "%Y-%m-%d %H:%M:%S CET"),
          std::pair("31.01.2020 12:00+05:30", "%d.%m.%Y %H:%M%z"),
          std::pair("31.01.2020 12:00 -0800", "%d.%m.%Y %H:%M %z"),
          std::pair("1/31/2020 1:00 PM", "%m/%d/%Y %I:%M %p"),
          std::pair("2020\xE5\xB9\xB4"
                    "01\xE6\x9C\x88"
                    "31\xE6\x97\xA5",
                    "%Y\xE5\xB9\xB4%m\xE6\x9C\x88%d\xE6\x97\xA5"),
          std::pair("FY1960", "FY%Y"), std::pair("FY60", "FY%y")}) {
        CAPTURE(example.first);
        CHECK(formats_of({example.first}) == std::vector<std::string>{example.second});
        CHECK(DateFormat(example.second).parse(example.first));
    }
}

TEST_CASE("date guess: rows of two zones have no common format") {
    const std::vector<std::string_view> texts{"2020-03-28 00:00:00 CET",
                                              "2020-03-29 00:00:00 CEST"};
    CHECK(advice_on_dates(texts) ==
          "--date-format '%Y-%m-%d %H:%M:%S CET' reads them, but for \"2020-03-29 00:00:00 CEST\"");
}

TEST_CASE("date guess: times alone are times of one day") {
    const std::vector<std::string_view> minutes{"00:00", "13:00"}, mixed{"00:00", "x"};
    CHECK(advice_on_dates(minutes) == "--date-format '%H:%M' reads them, as times of one day");
    CHECK(advice_on_dates(mixed).starts_with("--date-format says how dates are written"));
}
