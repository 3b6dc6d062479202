#include <revolute/tools/tables/time_words.hpp>

#include <doctest/doctest.h>

using namespace revolute;

TEST_CASE("time words: years, months and days of the week, shortened or not, are seen") {
    for (const char* const text : {"FY1960", "1960W1", "1940/41", "Wed, 01 Jan 20", "Monday", "mon",
                                   "JAN-20", "3. M\xC3\xA4rz", "ao\xC3\xBBt 20", "enero",
                                   "2020\xE5\xB9\xB4", "week 3 of 2021", "2199"})
        CHECK_MESSAGE(speaks_of_time(text), text);
}

TEST_CASE("time words: other words and numbers are none") {
    for (const char* const text : {"", "x", "12345", "02020", "1499", "2200", "Marty", "decent",
                                   "monitor", "station 7", "Maya", "Sunny", "20", "A-12"})
        CHECK_MESSAGE(!speaks_of_time(text), text);
}

TEST_CASE("time words: a time of day is one alone") {
    for (const char* const text : {"00:00", "23:59", "12:30:15", "1:30 PM", "01:30:00 am"})
        CHECK_MESSAGE(is_time_of_day(text), text);
    for (const char* const text : {"", "12", "24:00", "12:60", "2020-01-01 12:30", "1:2:3:4", "x"})
        CHECK_MESSAGE(!is_time_of_day(text), text);
}
