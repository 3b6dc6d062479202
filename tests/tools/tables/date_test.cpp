#include <revolute/graph/values/error.hpp>
#include <revolute/tools/tables/date.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace revolute;

namespace {

constexpr double day = 86400;

std::optional<double> iso(std::string_view text) {
    const auto format = DateFormat::of_iso(text);
    return format ? format->parse(text) : std::nullopt;
}

}  // namespace

TEST_CASE("date: every day of four centuries is the one after the day before, and prints back") {
    const auto format = DateFormat::of_iso("1800-01-01");
    REQUIRE(format);
    double at = *format->parse("1800-01-01");
    for (int year = 1800; year < 2200; ++year)
        for (unsigned month = 1; month <= 12; ++month)
            for (unsigned d = 1; d <= last_day_of_month(year, month); ++d, at += day) {
                const std::string text = fmt::format("{}-{:02}-{:02}", year, month, d);
                REQUIRE(format->parse(text) == at);
                REQUIRE(format->print(at) == text);
            }
}

TEST_CASE("date: the forms of ISO 8601 and quarters say the same days and print back") {
    const double expected = *iso("2019-07-01");
    CHECK(expected == 18078 * day);
    for (const char* text : {"2019-07-01",
                             "20190701",
                             "2019-07",
                             "2019-W27",
                             "2019-W27-1",
                             "2019W27",
                             "2019W271",
                             "2019-182",
                             "2019-Q3",
                             "2019Q3",
                             "2019H2",
                             "2019-H2",
                             "2019 H2",
                             "H2 2019",
                             "H2-2019",
                             "2019-07-01 00:00:00 UTC",
                             "2019-07-01T00:00:00 GMT",
                             "2019-07-01 00:00:00.000000 UTC",
                             "2019-07-01 05:30:00 +0530",
                             "2019-07-01T00:00:00[Europe/Berlin]",
                             "2019-07-01T02:00:00+02:00[Europe/Berlin]",
                             "2019-07-01 00:00Z[UTC]",
                             "2019-07-01T00:00",
                             "2019-07-01 00:00:00",
                             "20190701T000000",
                             "2019-07-01T02:00+02:00",
                             "2019-06-30T19:00:00.000-0500",
                             "2019-07-01T00Z"}) {
        CAPTURE(text);
        REQUIRE(iso(text) == expected);
        CHECK(DateFormat::of_iso(text)->print(expected) == text);
        CHECK(DateFormat::of_iso(text)->name() == "ISO 8601");
    }
    CHECK(iso("1970-01-01T12:30:15.25") == 45015.25);
    CHECK(DateFormat::of_iso("1970-01-01T12:30:15.25")->print(45015.5) == "1970-01-01T12:30:15.50");
    CHECK(DateFormat::of_iso("1970-01-01T12:30:15.2")->print(0.99) == "1970-01-01T00:00:01.0");
}

TEST_CASE("date: weeks at the turn of a year belong to the year of their Thursday") {
    for (const auto& [week, monday] : {std::pair{"2020-W53", "2020-12-28"},
                                       {"2021-W01", "2021-01-04"},
                                       {"2019-W01", "2018-12-31"},
                                       {"1969-W01", "1968-12-30"}}) {
        CHECK(iso(week) == iso(monday));
        CHECK(DateFormat::of_iso(week)->print(*iso(monday)) == week);
    }
}

TEST_CASE("date: what is no day, or in another format, is none") {
    for (const char* text : {"2019-02-29",
                             "2019-13-01",
                             "2019-00-01",
                             "2019-01-00",
                             "2019-06-31",
                             "1900-02-29",
                             "2019-W53",
                             "2019-W00",
                             "2019-W27-8",
                             "2019-366",
                             "2019-000",
                             "2019-Q5",
                             "2019H3",
                             "2019H0",
                             "2019-06-30 12:00 CET",
                             "2019-06-30 12:00 utc",
                             "2019-06-30 12:00[]",
                             "2019-06-30 12:00[x",
                             "2019-06-30 UTC",
                             "2019-06-30T24:00",
                             "2019-06-30T12:60",
                             "2019-06-30T12:00+25:00",
                             "2019-06-30T12:00 ",
                             "30/06/2019",
                             "2019",
                             "2019-6-30",
                             "",
                             "x",
                             "2019-06-30x",
                             "2019-06-30Z"})
        CHECK_MESSAGE(!iso(text), text);
    const auto format = DateFormat::of_iso("2019-06-30T12:00Z");
    CHECK(!format->parse("2019-06-30"));
    CHECK(!format->parse("2019-06-30T12:00"));
    CHECK(format->parse("2019-06-30T14:00+02:00") == format->parse("2019-06-30T12:00Z"));
}

TEST_CASE(
    "date: formats of one's own are read and written by the C library, days that are none "
    "refused") {
    const DateFormat german("%d.%m.%Y");
    CHECK(german.parse("30.06.2019") == iso("2019-06-30"));
    CHECK(german.print(*iso("2019-06-30")) == "30.06.2019");
    CHECK(german.name() == "%d.%m.%Y");
    for (const char* text : {"31.06.2019", "29.02.2019", "2019-06-30", "30.06.2019 12:00", ""})
        CHECK_MESSAGE(!german.parse(text), text);
    CHECK(DateFormat("%d %b %Y %H:%M").parse("30 Jun 2019 12:30") == iso("2019-06-30T12:30"));
    CHECK(DateFormat("%Y").parse("2019") == iso("2019-01-01"));
}

TEST_CASE("date: all rows have the zone of the first, and may have other offsets") {
    const auto format = DateFormat::of_iso("2019-06-30T12:00:00+02:00[Europe/Berlin]");
    REQUIRE(format);
    CHECK(format->parse("2019-12-30T12:00:00+01:00[Europe/Berlin]") == iso("2019-12-30T11:00Z"));
    for (const char* other : {"2019-06-30T12:00:00+02:00", "2019-06-30T12:00:00[Europe/Berlin]",
                              "2019-06-30T12:00:00+02:00[Europe/Paris]"})
        CHECK_MESSAGE(!format->parse(other), other);
}

TEST_CASE("date: a pattern with %z writes dates with the offset that they were read with") {
    for (const char* text :
         {"2019-06-30 12:00 +0530", "2019-01-01 00:00 -0800", "2019-06-30 12:00 +0000"}) {
        const DateFormat format = DateFormat::like("%Y-%m-%d %H:%M %z", text);
        const auto seconds = format.parse(text);
        REQUIRE(seconds);
        CHECK(seconds == iso(text));
        CHECK(format.print(*seconds) == text);
    }
}

TEST_CASE("date: the last that can be written is in the year 9999, in every form") {
    for (const char* text :
         {"2019-12-31", "2019-12", "2019", "20191231", "2019-W52", "2019-365", "2019-Q4", "2019H2",
          "2019-12-31T23:59:59", "2019-12-31T23:00-08:00", "2019-12-31T23:00+08:00"}) {
        CAPTURE(text);
        const DateFormat format = DateFormat::of_iso(text).value_or(DateFormat("%Y"));
        double fits = 0, fails = 1e13;
        CHECK(format.can_print(fits));
        CHECK_FALSE(format.can_print(fails));
        CHECK_FALSE(format.can_print(-fails));
        while (fails - fits > 0.25) {
            const double middle = (fits + fails) / 2;
            (format.can_print(middle) ? fits : fails) = middle;
        }
        CHECK(format.print(fits).find("9999") != std::string::npos);
        CHECK_THROWS_WITH_AS(format.print(fails),
                             "date: the years that can be written are 0000 to 9999",
                             EvaluationError);
    }
}

TEST_CASE("date: a pattern is of dates where it tells times apart and reads what it writes") {
    for (const char* pattern : {"%Y", "%d/%m/%Y", "%H:%M", "%b %d, %Y", "%a, %d %b %Y %H:%M:%S %z",
                                "%y%m%d", "FY%Y", "%s", "%Y-%j"})
        CHECK_MESSAGE(DateFormat(pattern).is_of_dates(), pattern);
    for (const char* pattern : {"", "x", "%", "%%", "%Q", "%d/%m/%K", "%n"})
        CHECK_MESSAGE(!DateFormat(pattern).is_of_dates(), pattern);
}
