#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/text_encoding.hpp>
#include <revolute/tools/training/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

using namespace revolute;
using test::message_of;

namespace {

/// A table of three columns as some program may write it.
struct Writing {
    char delimiter = ',';
    char decimal = '.';
    std::string line_end = "\n";
    bool has_header = true;
    bool is_quoted = false;
    bool ends_last_line = true;
    bool says_delimiter = false;

    std::string cell(std::string text) const {
        if (decimal != '.') std::ranges::replace(text, '.', decimal);
        const bool must = text.find(delimiter) != text.npos;
        return is_quoted || must ? '"' + text + '"' : text;
    }
    std::string row(const std::string& a, const std::string& b, const std::string& c) const {
        return cell(a) + delimiter + cell(b) + delimiter + cell(c);
    }
    std::string text() const {
        std::string result;
        if (says_delimiter) result += fmt::format("sep={}{}", delimiter, line_end);
        if (has_header) result += row("year", "height", "weight") + line_end;
        for (int i = 0; i < 12; ++i) {
            if (i > 0) result += line_end;
            result += row(fmt::format("{}", 1990 + i), fmt::format("{}", -1.5 + 0.25 * i),
                          fmt::format("{}e-2", 3 * i));
        }
        return ends_last_line ? result + line_end : result;
    }
};

CsvDialect dialect_of(std::string_view text) { return Table::parse(text, "data.csv").dialect(); }

std::string refused(std::string_view text) {
    return message_of<ParseError>([&] { Table::parse(text, "data.csv"); });
}

}  // namespace

TEST_CASE("csv dialect: a table reads the same however it is written") {
    const std::vector<double> expected =
        read_series(Table::parse(Writing{}.text(), "plain"), "height").targets[0].values;
    REQUIRE(expected.size() == 12);
    REQUIRE(expected[1] == -1.25);
    for (const char delimiter : {',', ';', '\t', '|', blanks})
        for (const char decimal : {'.', ','})
            for (const char* line_end : {"\n", "\r\n", "\r"})
                for (int flags = 0; flags < 16; ++flags) {
                    const Writing writing{delimiter,        decimal,          line_end,
                                          (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0,
                                          (flags & 8) != 0};
                    CAPTURE(writing.text());
                    const Table table = Table::parse(writing.text(), "data.csv");
                    REQUIRE(table.dialect() == CsvDialect{delimiter, decimal, writing.has_header});
                    const Series series =
                        read_series(table, writing.has_header ? "height" : "column_2");
                    REQUIRE(series.targets[0].values == expected);
                    REQUIRE(series.axis.at(12) == 2002);
                }
}

TEST_CASE("csv dialect: the delimiter is the one that gives even rows of numbers") {
    CHECK(dialect_of("city, state;v\nRome, Italy;5\nOslo, Norway;6\n").delimiter == ';');
    CHECK(dialect_of("date;v\n2019-06-30 12:00;5,2\n2019-07-01 12:00;5,3\n") ==
          CsvDialect{';', ',', true});
    CHECK(dialect_of("  t     v\n   1   2.5\n  10  3.25\n").delimiter == blanks);
    CHECK(dialect_of("v\n20,5\n21,5\n") == CsvDialect{';', ',', true});
    CHECK(dialect_of("v\n20\n21\n").delimiter == ',');
    CHECK(refused("a;b\n1;2\n3\n") ==
          "data.csv: every row must have as many cells as the header\n"
          "  line 3 has 1 cell, the header has 2; cells end at a semicolon (--delimiter)");
}

TEST_CASE("csv dialect: a first line says the delimiter, as spreadsheets do") {
    CHECK(delimiter_of_first_line("sep=;\na;b\n") == ';');
    CHECK(delimiter_of_first_line("\"SEP=|\"\r\na|b\r\n") == '|');
    CHECK(delimiter_of_first_line("sep=\t\na\tb\n") == '\t');
    CHECK(!delimiter_of_first_line("sep=\na\n"));
    CHECK(!delimiter_of_first_line("separation,b\n"));
    const Table table = Table::parse("sep=;\nyear;v\n1;2\n3;4\n", "data.csv");
    CHECK(table.line(0) == 3);
}

TEST_CASE("csv dialect: commas that may part thousands are not decimal commas") {
    CHECK(dialect_of("y;v\n1;1,234\n2;5,67\n").decimal == ',');
    CHECK(dialect_of("y;v\n1;0,234\n2;0,678\n").decimal == ',');
    const Table table = Table::parse("y,v\n1,\"1,234\"\n2,\"5,678\"\n", "data.csv");
    CHECK(message_of<ParseError>([&] { read_series(table, "v"); }) ==
          "data.csv: it must be said whether a comma is the decimal sign or parts thousands "
          "(\"1,234\")\n  line 2, column 2 \"v\"\n"
          "  if it is the decimal sign: --decimal comma; if it parts thousands: --thousands comma");
}

TEST_CASE("csv dialect: a first row of values is no header") {
    CHECK(!dialect_of("1900,20.0\n1901,25.8\n1902,28.9\n").has_header);
    CHECK(!dialect_of("2019-06-30,20\n2019-07-01,25\n").has_header);
    CHECK(dialect_of("year,v\n1900,20\n").has_header);
    CHECK(dialect_of(",v\n1,20\n2,NA\n").has_header);
    CHECK(dialect_of("city,1990,1991,x\nRome,1,2,3\nOslo,3,4,5\n").has_header);
    CHECK(dialect_of("a,b\n").has_header);
    CHECK(dialect_of("name,place\nx,y\n").has_header);
    const std::string which = "data.csv: it must be said whether the first row names the columns\n";
    const std::string how = "  --header if they are names, --no-header if they are data";
    CHECK(refused("0;1\n5;6\n7;8\n") == which + "  line 1 is: 0, 1\n" + how);
    CHECK(refused("Mo,20\nTu,21\n") == which + "  line 1 is: Mo, 20\n" + how);
    CHECK(Table::parse("0,1\n5,6\n", "data.csv", {.has_header = true}).row_count() == 1);
    CHECK(Table::parse("Mo,20\nTu,21\n", "data.csv", {.has_header = false}).row_count() == 2);
}

TEST_CASE("csv dialect: what is told is not detected") {
    const CsvOptions told{.encoding = {}, .delimiter = ';', .decimal = '.', .has_header = true};
    const Table table = Table::parse("1,5\n2,5\n", "data.csv", told);
    CHECK(table.dialect() == CsvDialect{';', '.', true});
    CHECK(table.columns() == std::vector<std::string>{"1,5"});
}

TEST_CASE("csv rows: signs have names") {
    CHECK(sign_in_words(',') == "a comma");
    CHECK(sign_in_words(';') == "a semicolon");
    CHECK(sign_in_words('\t') == "a tab");
    CHECK(sign_in_words(blanks) == "blanks");
    CHECK(sign_in_words('.') == "a point");
    CHECK(sign_in_words('~') == "\"~\"");
}

TEST_CASE("csv: lines above the table are refused, with those to remove") {
    const auto refusal = [](const std::string& text) {
        return message_of<ParseError>([&] { Table::parse(text, "a.csv"); });
    };
    CHECK(
        refusal("Report\nof today\n\nyear,v\n1,2\n2,3\n") ==
        "a.csv: must begin with the header, or with data, whose rows have 2 cells from line 4 on\n"
        "  line 1 is \"Report\": remove lines 1-3");
    CHECK(
        refusal("# made by hand\nyear,v\n1,2\n") ==
        "a.csv: must begin with the header, or with data, whose rows have 2 cells from line 2 on\n"
        "  line 1 is \"# made by hand\": remove line 1");
    CHECK(
        refusal("Report;;\n;;\nyear;v;w\n1;2;3\n2;3;4\n") ==
        "a.csv: must begin with the header, or with data, whose rows have 3 cells from line 3 on\n"
        "  line 1 is \"Report\": remove lines 1-2");
}

TEST_CASE("csv: a first row whose first cell alone has data is no title") {
    const Table table = Table::parse("2019-01-01,,\n2019-01-02,1,2\n2019-01-03,2,3\n", "a.csv",
                                     {.has_header = false});
    CHECK(table.row_count() == 3);
}

TEST_CASE("csv: a comma that parts thousands within quotes parts cells outside of them") {
    const std::string text = "time,value\n2019-06-30 12:00,\"1,234\"\n2019-06-30 13:00,\"1,235\"\n";
    for (const std::optional<char> told : {std::optional<char>(','), std::optional<char>()}) {
        CAPTURE(told.has_value());
        CsvOptions options;
        options.thousands = told;
        const Table table = Table::parse(text, "a.csv", options);
        CHECK(table.columns() == std::vector<std::string>{"time", "value"});
        CHECK(table.cell(1, 1) == "1,235");
    }
}

TEST_CASE("csv: a header with cells that say nothing is no title") {
    for (const std::string text :
         {",v\n0,1.5\n1,2.5\n", ",v,\n0,1.5,2\n1,2.5,3\n", "v\n1\n2\n", "year,\n1,2\n2,3\n"}) {
        CAPTURE(text);
        CHECK_NOTHROW(Table::parse(text, "a.csv"));
    }
}

TEST_CASE("csv: two rows of names are refused") {
    const auto refusal = [](const std::string& text) {
        return message_of<ParseError>([&] { Table::parse(text, "a.csv"); });
    };
    CHECK(refusal("Weather;Rome\nDay;Heat\n2023-01-01;2,5\n2023-01-02;3,5\n") ==
          "a.csv: must have one row of names at most, above the numbers\n"
          "  line 1 is Weather, Rome\n  line 2 is Day, Heat\n  remove one of them");
    CHECK_NOTHROW(Table::parse("day,heat\n,C\n2023-01-01,2\n2023-01-02,3\n", "a.csv"));
}

TEST_CASE(
    "csv: names and units above the numbers of a logger are refused, and what stands above them") {
    const std::string names =
                          "\"TIMESTAMP\",\"RECORD\",\"AirT\"\n\"TS\",\"RN\",\"Deg C\"\n\"\",\"\","
                          "\"Avg\"\n",
                      rows = "\"2020-01-01 00:00:00\",0,1.5\n\"2020-01-01 00:10:00\",1,2.5\n";
    const auto refusal = [](const std::string& text) {
        return message_of<ParseError>([&] { Table::parse(text, "a.csv"); });
    };
    CHECK(
        refusal("\"TOA5\",\"CR1000\",\"1\",\"x\",\"y\"\n" + names + rows) ==
        "a.csv: must begin with the header, or with data, whose rows have 3 cells from line 2 on\n"
        "  line 1 is \"TOA5\": remove line 1");
    CHECK(refusal(names + rows) ==
          "a.csv: must have one row of names at most, above the numbers\n"
          "  lines 1-3 have names and units; line 1 is TIMESTAMP, RECORD, AirT\n"
          "  remove all but one of them");
}

TEST_CASE("csv: titles above a table of decimal commas leave it its header") {
    for (const std::string title : {"Weather", "Weather, Rome", "Weather, Rome, 2023"}) {
        CAPTURE(title);
        CHECK(message_of<ParseError>([&] {
                  Table::parse(title + "\nDay;Heat\n2023-01-01;2,5\n2023-01-02;3,5\n", "a.csv");
              }) ==
              fmt::format("a.csv: must begin with the header, or with data, whose rows have 2 "
                          "cells from line 2 on\n  line 1 is \"{}\": remove line 1",
                          title));
    }
}
