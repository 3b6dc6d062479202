#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/next_rows.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using test::message_of;

namespace {

using Numbers = std::vector<double>;
const std::vector<std::string> b{"b"};

Series series_of(const std::string& csv) {
    return read_series(Table::parse(csv, "data.csv"), ColumnNames{{"a", "b"}, {"a"}});
}

/// Three rows of each kind of axis, the first columns of two tables, and what the next two places
/// are called.
const std::string by_row = "a,b\n5,1\n6,2\n5,3\n";
const std::string by_year = "year,a,b\n1700,5,1\n1701,6,2\n1702,5,3\n";
const std::string by_month = "when,a,b\n2019-10-31,5,1\n2019-11-30,6,2\n2019-12-31,5,3\n";

Numbers next(const std::string& data, const std::string& csv, std::size_t count) {
    return read_next_rows(Table::parse(csv, "next.csv"), b, series_of(data), count)[0].values;
}

std::string refused(const std::string& data, const std::string& csv, std::size_t count = 2) {
    return message_of<ParseError>([&] { next(data, csv, count); });
}

}  // namespace

TEST_CASE("next rows: counted rows are the first of the table") {
    CHECK(next(by_row, "b\n7\n8\n9\n", 2) == Numbers{7, 8});
    CHECK(next(by_row, "c,b\nx,7\n", 1) == Numbers{7});
    CHECK(next(by_row, "b\n", 0).empty());
}

TEST_CASE("next rows: on an axis rows are found by their places, whatever their order") {
    CHECK(next(by_year, "year,b\n1703,7\n1704,8\n", 2) == Numbers{7, 8});
    CHECK(next(by_year, "b,year\n8,1704\n7,1703\n3,1702\n", 2) == Numbers{7, 8});
    CHECK(next(by_year, "year,b\n1703,7\n", 1) == Numbers{7});
    CHECK(next(by_month, "when,b\n2020-01-31,7\n2020-02-29,8\n", 2) == Numbers{7, 8});
    CHECK(next(by_month, "when,b\n2018-01-31,1\n20200229,8\n2020-01-31,7\n", 2) == Numbers{7, 8});
}

TEST_CASE("next rows: what is missing is named") {
    CHECK(refused(by_row, "b\n7\n") ==
          "next.csv: must have a row for each row to be forecast but the last (1 of 2)");
    CHECK(refused(by_row, "c\n7\n8\n") == "next.csv: no column is called \"b\"\n  columns are: c");
    CHECK(refused(by_year, "years,b\n1703,7\n1704,8\n") ==
          "next.csv: no column is called \"year\"\n  did you mean \"years\"?\n"
          "  columns are: years, b");
    CHECK(refused(by_year, "year,b\n1703,7\n1705,8\n") ==
          "next.csv: no row is at year 1704, where the next values are needed\n"
          "  its rows are from 1703 to 1705");
    CHECK(refused(by_month, "when,b\n2020-01-31,7\n2020-03-01,8\n") ==
          "next.csv: no row is at when 2020-02-29, where the next values are needed\n"
          "  its rows are from 2020-01-31 to 2020-03-01");
    CHECK(refused(by_year, "year,b\n1703,7\n1704,8\n1704,9\n") ==
          "next.csv: two rows are at year 1704 (lines 3 and 4)");
}

TEST_CASE("next rows: a missing value is refused by every rule") {
    const std::string gap = "year,b\n1703,7\n1704,\n";
    CHECK(refused(by_year, gap)
              .starts_with(
                  "next.csv: every cell of the column must be a finite number (it is empty)\n"));
    CHECK(message_of<ParseError>([&] {
              read_next_rows(Table::parse(gap, "next.csv"), b, series_of(by_year), 2,
                             {Missing::interpolate, {}});
          }) == "next.csv: the next values must all be there (none in line 3, column \"b\")");
}

TEST_CASE("next rows: a place that cannot be told is shown beside one that can") {
    CHECK(refused(by_month, "when;b\n31.01.2020;7\n29.02.2020;8\n") ==
          "next.csv: no row is at when 2020-01-31, where the next values are needed\n"
          "  its rows are from 31.01.2020 to 29.02.2020\n"
          "  \"31.01.2020\" in line 2 is no date: dates must be written as in the table before, "
          "such as 2019-10-31, or as ISO 8601");
    CHECK(refused(by_year, "year,b\ny1703,7\ny1704,8\n") ==
          "next.csv: no row is at year 1703, where the next values are needed\n"
          "  its rows are from y1703 to y1704\n"
          "  \"y1703\" in line 2 is no number: numbers must be written as in the table before");
}

TEST_CASE("next rows: numbers are read as in the table that they go on from") {
    const auto next_by = [](const std::string& csv, NumberSigns signs) {
        const Table table = Table::parse(csv, "next.csv", {.beside = signs});
        return read_next_rows(table, b, series_of(by_row), 2)[0].values;
    };
    CHECK(next_by("c;b\n1;7.125\n2;8.125\n", {}) == Numbers{7.125, 8.125});
    CHECK(next_by("c;b\n1;7,125\n2;8,125\n", {','}) == Numbers{7.125, 8.125});
    CHECK(next_by("c;b\n1;7.125\n2;8.125\n", {',', '.'}) == Numbers{7125, 8125});
    CHECK(message_of<ParseError>([&] { next_by("c;b\n1;7.125\n2;8.125\n", {','}); }) ==
          "next.csv: it must be said whether a point is the decimal sign or parts thousands "
          "(\"7.125\")\n  line 2, column 2 \"b\"\n  numbers must be written as in the table "
          "that it goes on from, where a comma is the decimal sign");
}
