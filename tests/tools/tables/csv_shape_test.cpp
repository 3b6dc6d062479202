#include <revolute/graph/values/error.hpp>
#include <revolute/tools/tables/csv.hpp>
#include <revolute/tools/tables/csv_shape.hpp>
#include <revolute/tools/training/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

using namespace revolute;
using test::message_of;

namespace {

using Names = std::vector<std::string>;

std::string refused(const std::string& text) {
    return message_of<ParseError>([&] { Table::parse(text, "a.csv"); });
}

std::string replaced(std::string text, char from, char to) {
    std::ranges::replace(text, from, to);
    return text;
}

}  // namespace

TEST_CASE("csv rows: blanks around quotes are none of the cell") {
    for (const char delimiter : {',', ';', '\t', '|'}) {
        const std::string text =
            "t~ \"a, b;|\tc\"~  \"d \"\n1~ \"2.5\" ~\"3\"  \n 2 ~  \"\"~ \"5\"\n";
        CAPTURE(delimiter);
        const Table table = Table::parse(replaced(text, '~', delimiter), "a.csv",
                                         {.delimiter = delimiter, .has_header = true});
        CHECK(table.columns() == Names{"t", "a, b;| c", "d "});
        CHECK(table.cell(0, 1) == "2.5");
        CHECK(table.cell(0, 2) == "3");
        CHECK(table.cell(1, 0) == " 2 ");
        CHECK(table.cell(1, 1).empty());
    }
    CHECK(csv_rows(" \"a b\"  \"c\" d\n", blanks, "a.csv").front().cells == Names{"a b", "c", "d"});
}

TEST_CASE("csv: names of rows for which the header has none are a column, as R writes them") {
    struct Rows {
        const char* first;
        const char* second;
        const char* third;
    };
    for (const Rows& rows :
         {Rows{"\"1\"", "\"2\"", "\"3\""}, Rows{"\"7\"", "\"3\"", "\"12\""}, Rows{"1", "2", "3"},
          Rows{"\"a b\"", "\"c\"", "\"d\""}, Rows{"Rome", "Oslo", "Bonn"},
          Rows{"2019-01-01", "2019-01-02", "2019-01-03"}})
        for (const char delimiter : {' ', ',', ';', '\t'}) {
            const std::string text = fmt::format("\"x\" \"y\"\n{} 1.5 2\n{} 2.5 4\n{} 3.5 5\n",
                                                 rows.first, rows.second, rows.third);
            if (text.find("a b") != text.npos && delimiter != ' ') continue;
            CAPTURE(text);
            const Table table = Table::parse(replaced(text, ' ', delimiter), "a.csv");
            CHECK(table.columns() == Names{"row.names", "x", "y"});
            CHECK(read_series(table, "x").targets.front().values ==
                  std::vector<double>{1.5, 2.5, 3.5});
            CHECK(table.how_read().find("the header does not name: it is \"row.names\"") !=
                  std::string::npos);
        }
    // A data frame of one column.
    CHECK(Table::parse("\"x\"\n\"1\" 1.5\n\"2\" 2.5\n", "a.csv").columns() ==
          Names{"row.names", "x"});
}

TEST_CASE("csv: a header that lacks another name than that of row names is refused") {
    for (const char* text : {"a,b\n5,1,2\n3,1,2\n4,2,3\n", "a,b\n1,2,\n2,3,\n",
                             "a,b\nx,1,2\nx,1,2\n", "a,b\n2,1,2\n3,1,2\n"}) {
        CAPTURE(text);
        CHECK(refused(text).find("all rows have one more: the header lacks a name") !=
              std::string::npos);
    }
    // A title is no name of a column.
    CHECK(refused("Title\ncity,v\nRome,5\nOslo,6\n").find("remove line 1") != std::string::npos);
    CHECK(refused("Title\n\"t\",\"v\"\n\"1\",\"5\"\n\"2\",\"6\"\n").find("remove line 1") !=
          std::string::npos);
}

TEST_CASE("csv: all lines below the table are named at once") {
    for (const std::string& notes :
         {std::string("Source: Statistik Austria, Wien, 2019"), std::string("a,b,c"),
          std::string("end"), std::string("*: estimated\nSource: X, Y\n\n**: revised"),
          std::string("\n\nNotes\na, b\nc"), std::string("one, two\nend")}) {
        CAPTURE(notes);
        const auto more = std::ranges::count(notes, '\n');
        const std::string lines =
            more == 0 ? std::string("line 6") : fmt::format("lines 6-{}", 6 + more);
        const std::string message = refused("d,v\n2019,1\n2020,2\n2021,3\n2022,4\n" + notes + "\n");
        CHECK(message.starts_with("a.csv: must end with its last row of 2 cells, in line 5\n"));
        CHECK(message.ends_with(": remove " + lines));
    }
    CHECK(refused("d,v\n1,1\n\n2,2\n\n3,3\n4,4\n5,5\nend\n\x1b[2J\n") ==
          "a.csv: must end with its last row of 2 cells, in line 8\n"
          "  line 9 is \"end\": remove lines 3, 5 and 9-10");
    CHECK(refused("d,v\n1,1\n\n2,2\n\n\n3,3\n4,4\n5,5\n") ==
          "a.csv: no line may be empty between rows\n  lines 3 and 5-6 are: remove them");
    // A row that is short is none of the notes where rows of data come behind it.
    CHECK(refused("d,v\n1,1\n2\n3,3\n4,4\n").find("line 3 has 1 cell") != std::string::npos);
}

TEST_CASE("csv: names in several lines, and with control characters, are in one line") {
    const Table table =
        Table::parse("t,\" Temp\r\n(C)\",\"a\x1b[31mb\",\"c\xc2\x9b\n\n d\t\"\n1,2,3,4\n", "a.csv");
    CHECK(table.columns() == Names{"t", " Temp (C)", "a [31mb", "c d"});
    // As the file has it too.
    CHECK(table.column(" Temp\r\n(C)") == 1);
    CHECK(read_series(table, "a\x1b[31mb").targets.front().name == "a [31mb");
    for (const std::string& message :
         {message_of<ParseError>([&] { table.column("x\n\x1b"); }), message_of<ParseError>([] {
              read_series(Table::parse("t,v\n1,2\n2,\"\x1b[2J\nx\"\n", "a.csv"));
          })}) {
        CAPTURE(message);
        for (const char* control : {"\x1b", "\r", "\t", "\nx"})
            CHECK(message.find(control) == std::string::npos);
    }
}

TEST_CASE("csv: dates over numbers are names of columns") {
    CHECK(Table::parse("2019Q1,2019Q2\n5,6\n7,9\n", "a.csv").columns() ==
          Names{"2019Q1", "2019Q2"});
    CHECK(Table::parse("Q1 2019;v\n2019-Q2;6\n", "a.csv", {.has_header = false}).row_count() == 2);
}
