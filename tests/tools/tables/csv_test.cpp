#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/tables/csv.hpp>
#include <revolute/tools/tables/missing.hpp>
#include <revolute/tools/training/sunspots.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace revolute;
using test::message_of;

namespace {

std::string parse_error(const char* text) {
    return message_of<ParseError>([&] { Table::parse(text, "data.csv"); });
}

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

/// Huge numbers are numbers here.
Numbers numbers(const Table& table, std::size_t column) {
    return column_values(table, column, {Missing::error, Names{"none"}}).values;
}

}  // namespace

TEST_CASE("csv: plain cells") {
    const Table table = Table::parse("year,count\n1700,5\n1701,11.5\n", "data.csv");
    CHECK(table.source() == "data.csv");
    CHECK(table.columns() == Names{"year", "count"});
    CHECK(table.row_count() == 2);
    CHECK(numbers(table, table.column("count")) == Numbers{5, 11.5});
}

TEST_CASE("csv: CRLF, quotes and empty lines at the end") {
    const Table table =
        Table::parse("\"a\",\"b, \"\"c\"\"\"\r\n\"1\", 2\t\r\n3,+4e0\r\n\r\n\n", "data.csv");
    CHECK(table.columns() == Names{"a", "b, \"c\""});
    CHECK(numbers(table, 0) == Numbers{1, 3});
    CHECK(numbers(table, 1) == Numbers{2, 4});
}

TEST_CASE("csv: the last line needs no end") {
    CHECK(numbers(Table::parse("a\n1\n2", "data.csv"), 0) == Numbers{1, 2});
    CHECK(numbers(Table::parse("a\r\n1\r\n2\r", "data.csv"), 0) == Numbers{1, 2});
}

TEST_CASE("csv: a quoted cell may hold line ends, and lines are still counted") {
    const Table table = Table::parse("a,b\n\"one\ntwo\",1\nx,oops\n", "data.csv");
    CHECK(message_of<ParseError>([&] { numbers(table, 1); }) ==
          "data.csv: every cell of the column must be a finite number (\"oops\")\n"
          "  line 4, column 2 \"b\"\n"
          "  if it stands for a missing value: --missing-values=none,oops, with --missing drop or "
          "interpolate");
}

TEST_CASE("csv: an empty cell cites line and column") {
    const Table table = Table::parse("year,count\n1700,5\n1701,\n", "data.csv");
    CHECK(message_of<ParseError>([&] { numbers(table, 1); }) ==
          "data.csv: every cell of the column must be a finite number (it is empty)\n"
          "  line 3, column 2 \"count\"\n"
          "  --missing drop leaves such rows out, --missing interpolate fills them in");
}

TEST_CASE("csv: an empty text has no header") {
    CHECK(parse_error("") == "data.csv: has no header row (it is empty)");
    CHECK(parse_error("\n\n") == "data.csv: has no header row (it is empty)");
}

TEST_CASE("csv: a row of another length cites its line") {
    CHECK(parse_error("a,b\n1,2\n3\n") ==
          "data.csv: every row must have as many cells as the header\n"
          "  line 3 has 1 cell, the header has 2; cells end at a comma (--delimiter)");
    CHECK(parse_error("a,b\n1,2,3\n1,2,3\n") ==
          "data.csv: every row must have as many cells as the header\n"
          "  line 2 has 3 cells, the header has 2; cells end at a comma (--delimiter)\n"
          "  all rows have one more: the header lacks a name, of the first column where rows have "
          "names, or a delimiter at its end");
    for (const char* text :
         {"a,b\n1,2\n\n3,4\n", "a;b\r\n1;2\r\n\r\n3;4\r\n", "1,2,-3\r4,5,6\r\r7,8,9\r"})
        CHECK(parse_error(text) ==
              "data.csv: no line may be empty between rows\n  line 3 is: remove it");
}

TEST_CASE("csv: without a header columns are numbered, and the first row is a row") {
    const Table table = Table::parse("1700;5\n1701;7\n", "data.csv");
    CHECK(table.columns() == Names{"column_1", "column_2"});
    CHECK(numbers(table, 0) == Numbers{1700, 1701});
    CHECK(table.line(0) == 1);
    CHECK(message_of<ParseError>(
              [] { Table::parse("1,-2\n3\n", "data.csv", {.has_header = false}); }) ==
          "data.csv: every row must have as many cells as the first row\n"
          "  line 2 has 1 cell, the first row has 2; cells end at a comma (--delimiter)");
}

TEST_CASE("csv: how a file was read is told where it is not plain") {
    CHECK(Table::parse("year,v\n1,2.5\n", "data.csv").how_read().empty());
    CHECK(Table::parse("1;2,5\n3;4,5\n", "data.csv").how_read() ==
          "read with a semicolon between cells (--delimiter), with a comma as decimal sign "
          "(--decimal), without a header (--header): columns are column_1, column_2");
}

TEST_CASE("csv: signs between thousands are told too, and columns that are written otherwise") {
    const Table table = Table::parse(
        "y;a;b;c\n1;27.513;1,16;0.25\n2;28.104;2,5;0.5\n3;1.000.000;3;1\n", "data.csv");
    CHECK(table.how_read() ==
          "read with a semicolon between cells (--delimiter), with a comma as decimal sign "
          "(--decimal), with a point between thousands (--thousands)");
    CHECK(numbers(table, 1) == Numbers{27513, 28104, 1000000});
    CHECK(numbers(table, 2) == Numbers{1.16, 2.5, 3});
    const ColumnValues other = column_values(table, 3, {});
    CHECK(other.values == Numbers{0.25, 0.5, 1});
    CHECK(other.notes ==
          Names{"column \"c\" is read with a point as decimal sign and nothing between thousands"});
}

TEST_CASE("csv: quotes must be closed, and nothing may follow") {
    CHECK(parse_error("a\n\"1\n2\n") == "data.csv: the quote opened in line 2 is never closed");
    CHECK(parse_error("a\n\"1\"2\n") ==
          "data.csv: a closing quote must be followed by a comma or the end of the line\n"
          "  line 2");
}

TEST_CASE("csv: an unknown or doubled column lists the columns") {
    const Table table = Table::parse("a,b,b\n1,2,3\n", "data.csv");
    CHECK(message_of<ParseError>([&] { table.column("c"); }) ==
          "data.csv: no column is called \"c\"\n  columns are: a, b, b");
    CHECK(message_of<ParseError>(
              [] { Table::parse("a,b\xC2\xA0o\n1,2\n", "data.csv").column("b o"); }) ==
          "data.csv: no column is called \"b o\"\n"
          "  did you mean \"b\xC2\xA0o\"? it is \"b\\u00A0o\" in the table, \"b o\" is asked for\n"
          "  columns are: a, b\xC2\xA0o");
    CHECK(message_of<ParseError>([&] { table.column("b"); }) ==
          "data.csv: more than one column is called \"b\"\n  columns are: a, b, b\n"
          "  give them different names in the first row");
}

TEST_CASE("csv: only finite numbers are numbers") {
    CHECK(to_number(" -1.5e3 ") == -1500.0);
    CHECK(to_number("+2") == 2.0);
    for (const char* text :
         {"", " ", "+", "-", "+-2", "1,5", "1 2", "nan", "inf", "1e999", "0x10", "NA"})
        CHECK(!to_number(text));
}

TEST_CASE("csv: by a decimal comma a point is no part of a number") {
    CHECK(to_number("-1,5e3", {','}) == -1500.0);
    CHECK(to_number("2", {','}) == 2.0);
    for (const char* text : {"1.5", "1.234,5", "1,2,3", ","}) CHECK(!to_number(text, {','}));
}

TEST_CASE("csv: columns are written with gaps, quotes and all digits") {
    const double gap = std::numeric_limits<double>::quiet_NaN();
    CHECK(to_csv({{"year", {1700, 1701}}, {"a, \"b\"", {0.1, gap}}}) ==
          "year,\"a, \"\"b\"\"\"\n1700,0.1\n1701,\n");
    const Numbers values{1.0 / 3, 5e-324, -1.7976931348623157e308};
    CHECK(numbers(Table::parse(to_csv({{"x", values}}), "x"), 0) == values);
}

TEST_CASE("csv: a column of texts stands before the numbers") {
    CHECK(to_csv({"day", {"2019-06-30", "a,b"}}, {{"v", {1, 2.5}}}) ==
          "day,v\n2019-06-30,1\n\"a,b\",2.5\n");
    CHECK(message_of<ShapeError>([] {
              to_csv({"day", {"x"}}, {{"v", {1, 2}}});
          }) == "to_csv: columns must be equally long\n  \"day\" has 1 row, \"v\" has 2 rows");
}

TEST_CASE("csv: columns of different lengths are not written") {
    CHECK(message_of<ShapeError>([] {
              to_csv({{"a", {1, 2}}, {"b", {1}}});
          }) == "to_csv: columns must be equally long\n  \"a\" has 2 rows, \"b\" has 1 row");
}

TEST_CASE("csv: a missing file names the system's reason") {
    CHECK(message_of<FileError>([] { Table::read("no/such.csv"); }) ==
          "cannot read no/such.csv: No such file or directory");
}

TEST_CASE("sunspots: the embedded series is the file of the tests") {
    CHECK(sunspots_csv == read_file(REVOLUTE_TEST_DATA "/sunspots.csv"));
}
