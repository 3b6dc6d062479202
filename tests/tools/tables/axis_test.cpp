#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

using namespace revolute;
using test::message_of;

namespace {

using Texts = std::vector<std::string>;

/// A table with these places and values 1, 2, ...
Table table_of(const Texts& places, const std::string& name = "t") {
    std::string text = name + ",v\n";
    for (std::size_t i = 0; i < places.size(); ++i)
        text += fmt::format("{},{}\n", places[i], i + 1);
    return Table::parse(text, "data.csv", {.has_header = true});
}

Series series_of(const Texts& places, const SeriesOptions& options = {}) {
    return read_series(table_of(places), "v", options);
}

std::string refused(const Texts& places, const SeriesOptions& options = {}) {
    return message_of<ParseError>([&] { series_of(places, options); });
}

SeriesOptions with(Missing missing) { return {.axis = {}, .missing = {missing, {}}}; }

const std::string row_advice = "--axis row counts rows, whatever the column says";

/// Places at which rows may be, and those after them.
const std::vector<Texts> axes{
    {"1900", "1901", "1902", "1903", "1904", "1905"},
    {"-0.5", "-0.25", "0", "0.25", "0.5", "0.75"},
    {"2019-12-30", "2019-12-31", "2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"},
    {"2019-12-30", "2019-12-31", "2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06"},
    {"2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30", "2020-05-31", "2020-06-30"},
    {"2019-09-30", "2019-10-31", "2019-11-30", "2019-12-31", "2020-01-31", "2020-02-29"},
    {"2020-01-30", "2020-02-29", "2020-03-30", "2020-04-30", "2020-05-30", "2020-06-30"},
    {"2015-02-28", "2016-02-29", "2017-02-28", "2018-02-28", "2019-02-28", "2020-02-29"},
    {"2019-11", "2019-12", "2020-01", "2020-02", "2020-03", "2020-04"},
    {"2019Q3", "2019Q4", "2020Q1", "2020Q2", "2020Q3", "2020Q4"},
    {"2020-W51", "2020-W52", "2020-W53", "2021-W01", "2021-W02", "2021-W03"},
    {"2020-02-28T22:00Z", "2020-02-28T23:00Z", "2020-02-29T00:00Z", "2020-02-29T01:00Z",
     "2020-02-29T02:00Z", "2020-02-29T03:00Z"},
    {"20191230", "20191231", "20200101", "20200102", "20200103", "20200104"},
    {"2019H1", "2019H2", "2020H1", "2020H2", "2021H1", "2021H2"},
    {"2019-12-30 00:00:00 UTC", "2019-12-31 00:00:00 UTC", "2020-01-01 00:00:00 UTC",
     "2020-01-02 00:00:00 UTC", "2020-01-03 00:00:00 UTC", "2020-01-04 00:00:00 UTC"},
    {"2019-12-30 22:00:00 +0530", "2019-12-30 23:00:00 +0530", "2019-12-31 00:00:00 +0530",
     "2019-12-31 01:00:00 +0530", "2019-12-31 02:00:00 +0530", "2019-12-31 03:00:00 +0530"},
    {"2020-01-30T00:00:00[Europe/Berlin]", "2020-01-31T00:00:00[Europe/Berlin]",
     "2020-02-01T00:00:00[Europe/Berlin]", "2020-02-02T00:00:00[Europe/Berlin]",
     "2020-02-03T00:00:00[Europe/Berlin]", "2020-02-04T00:00:00[Europe/Berlin]"},
};

}  // namespace

TEST_CASE("axis: numbers and dates go on as they began") {
    for (const Texts& places : axes) {
        CAPTURE(places.front());
        // Five weekdays alone do not show that weekends are left out.
        const bool are_weekdays = places.back() == "2020-01-06";
        Texts known(places.begin(), places.end() - 1);
        if (are_weekdays) known.insert(known.begin(), {"2019-12-26", "2019-12-27"});
        const Series series = series_of(known);
        CHECK(series.axis.name == "t");
        for (std::size_t row = 0; row < known.size(); ++row)
            CHECK(series.axis.text(row) == known[row]);
        CHECK(series.axis.text(known.size()) == places.back());
    }
}

TEST_CASE("axis: newest first is turned round and said") {
    for (Texts places : axes) {
        CAPTURE(places.front());
        const std::string next = places.back();
        if (next == "2020-01-06") continue;
        places.pop_back();
        std::ranges::reverse(places);
        const Series series = series_of(places);
        CHECK(series.targets[0].values == std::vector<double>{5, 4, 3, 2, 1});
        CHECK(series.axis.text(5) == next);
        CHECK(series.notes ==
              Texts{"rows are newest first by \"t\" and are read from the last to the first"});
    }
}

TEST_CASE("axis: a gap is refused, passed over or filled in") {
    for (Texts places : axes) {
        CAPTURE(places.front());
        if (places.back() == "2020-01-06") continue;
        const std::string third = places[2];
        places.erase(places.begin() + 2);
        CHECK(refused(places) ==
              fmt::format("data.csv: no row may be missing (1 here)\n"
                          "  \"t\" is {} in line 3 and {} in line 4\n"
                          "  --missing interpolate fills them in, --missing drop takes the rows "
                          "around them as neighbours; {}",
                          places[1], places[2], row_advice));

        const Series dropped = series_of(places, with(Missing::drop));
        CHECK(dropped.row_count() == 5);
        CHECK(dropped.axis.text(2) == places[2]);
        CHECK(dropped.notes == Texts{"1 gap of \"t\" passed over: rows around are neighbours"});

        const Series filled = series_of(places, with(Missing::interpolate));
        CHECK(filled.targets[0].values == std::vector<double>{1, 2, 2.5, 3, 4, 5});
        CHECK(filled.axis.text(2) == third);
        CHECK(filled.notes == Texts{"1 missing row filled in on straight lines"});
    }
}

TEST_CASE(
    "axis: rows twice at one place, in disorder, or between places are refused with both lines") {
    for (const Texts& axis : axes) {
        CAPTURE(axis.front());
        Texts places = axis;
        places.push_back(places.back());
        CHECK(refused(places) == fmt::format("data.csv: the rows must be at different places\n"
                                             "  \"t\" is {0} in line 7 and {0} in line 8\n"
                                             "  remove one of the two; {1}",
                                             axis.back(), row_advice));
        places.back() = axis.front();
        CHECK(refused(places) == fmt::format("data.csv: the rows must be in order\n"
                                             "  \"t\" is {} in line 7 and {} in line 8\n"
                                             "  sort them; {}",
                                             axis.back(), axis.front(), row_advice));
    }
    CHECK(refused({"1", "2", "3", "3.5", "4", "5"}) ==
          "data.csv: the rows must be at equal distances\n"
          "  \"t\" is 3 in line 4 and 3.5 in line 5\n  " +
              row_advice);
}

TEST_CASE("axis: dates at no common distance are refused, numbers counted and said") {
    CHECK(refused({"2019-01-01", "2019-01-05", "2019-01-06", "2019-01-30"}) ==
          "data.csv: the rows must be at equal distances by \"t\"\n"
          "  line 2 is at 2019-01-01, line 5 at 2019-01-30\n  " +
              row_advice);
    CHECK(
        refused({"9", "7", "4", "0"}).starts_with("data.csv: the rows must be at equal distances"));
    const Series counted = series_of({"0", "1", "3", "7"});
    CHECK(counted.axis.name == "row");
    CHECK(counted.notes ==
          Texts{"\"t\" does not rise by equal steps: rows are counted, as if at equal distances"});
}

TEST_CASE("axis: places that are rounded are near enough, and stay as they are") {
    const Series series = series_of({"0.033", "0.067", "0.1", "0.133", "0.167"});
    CHECK(series.axis.at(1) == 0.067);
    CHECK(series.axis.at(5) == doctest::Approx(0.2).epsilon(0.02));
}

TEST_CASE("axis: a row that stands elsewhere is told as disorder, and not as a gap before it") {
    const Texts places{"1", "2", "3", "4", "5", "8", "7", "6", "9", "10", "11", "12", "13"};
    for (const Missing missing : {Missing::error, Missing::drop, Missing::interpolate})
        CHECK(refused(places, with(missing)) ==
              "data.csv: the rows must be in order\n"
              "  \"t\" is 8 in line 7 and 7 in line 8\n  sort them; " +
                  row_advice);
}

TEST_CASE("axis: places print and go on as they are written, without the digits of rounding") {
    for (const int parts : {2, 5, 10, 20, 100, 1000})
        for (const int first : {-37, 0, 19, 2000}) {
            Texts places;
            for (int row = 0; row < 80; ++row)
                places.push_back(fmt::format("{}", first + static_cast<double>(row) / parts));
            const Texts known(places.begin(), places.begin() + 60);
            CHECK(series_of(known).axis.texts(0, 80) == places);
        }
}

TEST_CASE("axis: a format that the dates do not have names the first that has it not") {
    const auto refused_by = [](const char* format, const Texts& places) {
        return refused(places, {.axis = {.name = {}, .date_format = format}, .missing = {}});
    };
    // Numbers too, all of which were an axis without the format.
    for (const char* format : {"%Q", "%", "", "x", "%d/%m/%Y", "%H"})
        CHECK(refused_by(format, {"1950", "1951", "1952"}) ==
              fmt::format("data.csv: every date must be as --date-format says ({})\n"
                          "  line 2, column \"t\": 1950\n"
                          "  --date-format says how dates are written, as for strptime: "
                          "'%d.%m.%Y %H:%M' for 31.12.2024 23:59; {}",
                          format, row_advice));
    for (const int right : {1, 2, 4}) {
        Texts places;
        for (int row = 0; row < 10; ++row)
            places.push_back(row < right ? "01/02/2020" : "01/13/2020");
        CHECK(refused_by("%d/%m/%Y", places) ==
              fmt::format("data.csv: every date must be as --date-format says (%d/%m/%Y)\n"
                          "  line {}, column \"t\": 01/13/2020\n"
                          "  --date-format '%m/%d/%Y' reads them; {}",
                          right + 2, row_advice));
    }
}

TEST_CASE("axis: dates that are no days, or are not understood, are refused") {
    CHECK(refused({"2019-02-28", "2019-02-29", "2019-03-01"}) ==
          "data.csv: every date of the axis must be one of the calendar and alike (ISO 8601)\n"
          "  line 3, column \"t\": 2019-02-29\n"
          "  --date-format FORMAT reads others, if all are alike; " +
              row_advice);
    for (const auto& [text, advice] :
         {std::pair("30/06/2019", "'%d/%m/%Y' reads them"),
          std::pair("6/30/19", "'%m/%d/%y' reads them"),
          std::pair("30 Jun 2019", "'%d %b %Y' reads them"),
          std::pair("30.06.2019 12:00", "'%d.%m.%Y %H:%M' reads them"),
          std::pair("06.05.2019", "'%d.%m.%Y' or '%m.%d.%Y' reads them, whichever is meant")})
        CHECK(refused({text, text}) ==
              fmt::format("data.csv: dates must be as ISO 8601 or --date-format says\n"
                          "  line 2, column \"t\": {}\n"
                          "  --date-format {}; {}",
                          text, advice, row_advice));
    CHECK(refused({"1", "2", "", "4"}) ==
          "data.csv: every cell of the axis must be a number, as most are\n"
          "  line 4, column \"t\": \n  " +
              row_advice);
}

TEST_CASE("axis: the format of dates and the column may be told") {
    const SeriesOptions german{.axis = {.name = {}, .date_format = "%d.%m.%Y"}, .missing = {}};
    const Series series = series_of({"30.12.2019", "31.12.2019"}, german);
    CHECK(series.axis.text(2) == "01.01.2020");

    const Table table = Table::parse("id,day,v\n7,2019-06-30,1\n3,2019-07-01,2\n", "data.csv");
    CHECK(read_series(table, "v").axis.name == "day");
    const auto named = [&](const char* name) {
        return read_series(table, "v", {.axis = {.name = name, .date_format = {}}, .missing = {}});
    };
    CHECK(named("row").axis.name == "row");
    CHECK(named("id").axis.name == "id");
    CHECK(named("id").targets[0].values == std::vector<double>{2, 1});
    CHECK(message_of<ParseError>([&] { named("x"); }) ==
          "data.csv: no column is called \"x\"\n  columns are: id, day, v");
    const SeriesOptions by_name{.axis = {.name = "t", .date_format = {}}, .missing = {}};
    CHECK(refused({"Mo", "Tu"}, by_name) ==
          "data.csv: an axis must have numbers or dates\n"
          "  line 2, column \"t\": Mo\n"
          "  dates are read as ISO 8601 or --date-format says");
}

TEST_CASE("axis: numbers that are years and months are months") {
    const Texts places{"202310", "202311", "202312", "202401", "202402"};
    const Series series = series_of(places);
    CHECK(series.axis.texts(4, 12) == Texts{"202402", "202403", "202404", "202405", "202406",
                                            "202407", "202408", "202409", "202410", "202411",
                                            "202412", "202501"});
    CHECK(series.notes == Texts{"\"t\" is read as months: 202310 is 2023-10"});
    // A gap is one of months.
    Texts with_gap = places;
    with_gap.erase(with_gap.begin() + 2);
    CHECK(refused(with_gap).starts_with("data.csv: no row may be missing (1 here)"));
    CHECK(series_of(with_gap, with(Missing::interpolate)).axis.text(2) == "202312");
    // Years' ends alone, every quarter, newest first.
    CHECK(series_of({"202012", "202112", "202212", "202312"}).axis.text(4) == "202412");
    CHECK(series_of({"202403", "202406", "202409", "202412"}).axis.text(4) == "202503");
    CHECK(series_of({"202402", "202401", "202312", "202311"}).axis.text(4) == "202403");
    // As in Germany, and by points.
    CHECK(series_of({"11.2023", "12.2023", "01.2024", "02.2024"}).axis.text(4) == "03.2024");
    CHECK(series_of({"2023.11", "2023.12", "2024.01", "2024.02"}).axis.text(11) == "2024.10");
    // Others are numbers.
    for (const Texts& numbers :
         {Texts{"202311", "202312", "202313", "202314"}, Texts{"100001", "100002", "100003"},
          Texts{"202398", "202399", "202400", "202401"}, Texts{"20231", "20232", "20233"},
          Texts{"2023.12", "2023.13", "2023.14"}, Texts{"202301.5", "202302.5", "202303.5"}}) {
        CAPTURE(numbers.front());
        CHECK(series_of(numbers).notes.empty());
        CHECK(!series_of(numbers).axis.dates);
    }
}

TEST_CASE("axis: quarters are read however they are written, months behind an M are advised") {
    for (const char* form : {"Q{1} {0}", "Q{1}-{0}", "Q{1}/{0}", "Q{1}.{0}", "Q{1}{0}", "{1}Q{0}",
                             "{0} Q{1}", "{0}/Q{1}", "{0}.Q{1}", "{0}-Q{1}", "{0}Q{1}"}) {
        Texts places;
        for (int i = 2; i < 12; ++i)
            places.push_back(fmt::format(fmt::runtime(form), 2000 + i / 4, i % 4 + 1));
        CAPTURE(places.front());
        const Texts known(places.begin(), places.begin() + 6);
        CHECK(series_of(known).axis.texts(0, places.size()) == places);
    }
    CHECK(refused({"2000M11", "2000M12", "2001M01"}).find("--date-format '%YM%m' reads them") !=
          std::string::npos);
}

namespace {

/// Days as strftime writes them, from the 27th of January 2020 on.
Texts days_as(const std::string& format, int count) {
    Texts places;
    const double first = 86400.0 * static_cast<double>(*days_of({2020, 1, 27}));
    for (int day = 0; day < count; ++day)
        places.push_back(DateFormat(format).print(first + 86400.0 * day));
    return places;
}

}  // namespace

TEST_CASE("axis: texts that say when rows were and are not read are refused, with the format") {
    for (const char* const format :
         {"%a, %d %b %Y %H:%M:%S +0000", "%a %b %d %H:%M:%S %Y", "%a %Y-%m-%d", "%d %b %Y",
          "%Y\xE5\xB9\xB4%m\xE6\x9C\x88%d\xE6\x97\xA5", "%Y-%m-%d %H:%M:%S CET", "%d/%m/%Y",
          "%m/%d/%Y %I:%M %p"})
        for (const bool is_turned : {false, true}) {
            CAPTURE(format);
            Texts places = days_as(format, 12);
            if (is_turned) std::ranges::reverse(places);
            for (std::string& place : places)
                if (place.find(',') != std::string::npos) place = fmt::format("\"{}\"", place);
            const std::string said = refused(places);
            CHECK(said.starts_with("data.csv: dates must be as ISO 8601"));
            const std::size_t begin = said.find("--date-format '");
            REQUIRE(begin != std::string::npos);
            const std::size_t end = said.find("' reads them;", begin);
            REQUIRE(end != std::string::npos);
            // What is to be typed reads them.
            const std::string typed = said.substr(begin + 15, end - begin - 15);
            const Series series =
                series_of(places, {.axis = {.name = {}, .date_format = typed}, .missing = {}});
            CHECK(series.axis.dates);
            CHECK(series.axis.texts(0, 12) == days_as(format, 12));
        }
    // What no common format reads is refused too, or rows are counted where that is said.
    for (const Texts& places :
         {Texts{"1960W1", "1960W2", "1960W3"}, Texts{"Jan", "Feb", "Mar"},
          Texts{"Monday", "Tuesday", "Wednesday"}, Texts{"week 1 of 2020", "week 2 of 2020"}}) {
        CHECK(refused(places).starts_with("data.csv: dates must be as ISO 8601"));
        const SeriesOptions counted{.axis = {.name = "row", .date_format = {}}, .missing = {}};
        CHECK(series_of(places, counted).axis.name == "row");
    }
}

TEST_CASE("axis: texts that say nothing of time, or the same for several rows, are no axis") {
    for (const Texts& places :
         {Texts{"a", "b", "c"}, Texts{"2019 x", "2019 x", "2020 x", "2020 x"},
          Texts{"May", "Smith", "June", "Jones"}, Texts{"station 1", "station 2", "station 3"}}) {
        CAPTURE(places.front());
        CHECK(series_of(places).axis.name == "row");
    }
}

TEST_CASE("axis: where rows would be counted other columns that say when they were are looked at") {
    const auto refused_table = [](const char* text) {
        const Table table = Table::parse(text, "data.csv", {.has_header = true});
        return message_of<ParseError>([&] { read_series(table, "v"); });
    };
    CHECK(refused_table("name,my day,v\na,31 Jan 2020,1\nb,1 Feb 2020,2\nc,2 Feb 2020,3\n") ==
          "data.csv: dates must be as ISO 8601, all alike, or as --date-format says\n"
          "  line 2, column \"my day\": 31 Jan 2020\n"
          "  with --axis 'my day', --date-format '%d %b %Y' reads them; " +
              row_advice);
    CHECK(refused_table("v,day\n1,2020-01-30\n2,2020-01-31\n3,2020-01-32\n4,2020-02-02\n")
              .starts_with("data.csv: dates must be as ISO 8601, all alike, or as --date-format "
                           "says\n  line 4, column \"day\": 2020-01-32\n"));
    CHECK(refused_table("year,month,v\n2019,Nov,1\n2019,Dec,2\n2020,Jan,3\n") ==
          "data.csv: dates must be as ISO 8601, all alike, or as --date-format says\n"
          "  line 2, column \"month\": Nov\n"
          "  what it says must be written so, in one column: 2019-06-30, 2019-06, 2019Q2; " +
              row_advice);
    const Table other = Table::parse("n,day,v\n1,Mon,1\n2,Tue,2\n3,Wed,3\n", "data.csv");
    CHECK(read_series(other, "v").axis.name == "n");
}

TEST_CASE("axis: numbers that are dates with times are dates, and said to be") {
    for (const char* const format : {"%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S"}) {
        const Texts places = days_as(format, 9);
        const Texts known(places.begin(), places.begin() + 8);
        const Series series = series_of(known);
        CHECK(series.axis.texts(0, 9) == places);
        CHECK(series.notes == Texts{fmt::format("\"t\" is read as dates: {} is 2020-01-27 00:00:00 "
                                                "(--date-format '{}')",
                                                places.front(), format)});
        Texts with_gap = places;
        with_gap.erase(with_gap.begin() + 6);
        CHECK(refused(with_gap).starts_with("data.csv: no row may be missing (1 here)"));
    }
    for (const Texts& numbers : {Texts{"2020133100", "2020133101", "2020133102"},
                                 Texts{"1400010100", "1400010200", "1400010300"}})
        CHECK(!series_of(numbers).axis.dates);
}

TEST_CASE("axis: a date that stands in many rows is said to, with the column of the times") {
    std::string text = "date,time,v\n", bare = "date,v\n";
    for (int row = 0; row < 72; ++row) {
        text += fmt::format("2020-01-{:02},{:02}:00,{}\n", 1 + row / 24, row % 24, row % 7);
        bare += fmt::format("2020-01-{:02},{}\n", 1 + row / 24, row % 7);
    }
    const auto refused_table = [](const std::string& of) {
        return message_of<ParseError>([&] { read_series(Table::parse(of, "data.csv"), "v"); });
    };
    CHECK(
        refused_table(text) ==
        "data.csv: the rows must be at different places\n"
        "  \"date\" is 2020-01-01 in 24 rows, from line 2 on\n"
        "  \"time\" has the time of day, which must stand in the same column: 2020-01-01 00:00; " +
            row_advice);
    CHECK(
        refused_table(bare) ==
        "data.csv: the rows must be at different places\n"
        "  \"date\" is 2020-01-01 in 24 rows, from line 2 on\n"
        "  if other columns say more, such as the time of day, it must stand in the same column; " +
            row_advice);
}

TEST_CASE("axis: dates end with the year 9999, whatever they are counted in") {
    for (const Texts& places : axes) {
        CAPTURE(places.front());
        const Series series = series_of({places.begin(), places.end() - 1});
        if (!series.axis.dates) {
            CHECK(series.axis.has_text(std::size_t{1} << 40));
            continue;
        }
        std::size_t has = 5, fails = std::size_t{1} << 40;
        CHECK(series.axis.has_text(has));
        CHECK_FALSE(series.axis.has_text(fails));
        while (fails - has > 1) {
            const std::size_t middle = has + (fails - has) / 2;
            (series.axis.has_text(middle) ? has : fails) = middle;
        }
        CHECK(series.axis.text(has).find("9999") != std::string::npos);
    }
}
