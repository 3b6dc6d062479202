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
          "--date-format says how dates are written, as for strptime: '%d.%m.%Y %H:%M'");
}
