#include <revolute/graph/error.hpp>
#include <revolute/tools/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using test::message_of;

namespace {

Series series_of(const char* text, std::optional<std::string_view> column = std::nullopt) {
    return read_series(Table::parse(text, "data.csv"), column);
}

}  // namespace

TEST_CASE("series: of two columns the second is meant, the first is the axis") {
    const Series series = series_of("year,count\n1700,5\n1701,7\n1702,6\n");
    CHECK(series.source == "data.csv");
    CHECK(series.name == "count");
    CHECK(series.values == std::vector<double>{5, 7, 6});
    CHECK(series.axis.name == "year");
    CHECK(series.axis.at(3) == 1703);
}

TEST_CASE("series: the only numeric column is meant") {
    CHECK(series_of("day,place,count\nMo,A,5\nTu,B,7\n").name == "count");
    CHECK(series_of("count\n5\n7\n").name == "count");
    CHECK(series_of("year,place,count\n1,A,5\n2,B,7\n").name == "count");
}

TEST_CASE("series: without a name, several numeric columns are an error that lists them") {
    CHECK(message_of<ParseError>([] { series_of("year,a,b\n1700,1,2\n"); }) ==
          "data.csv: it must be said which column is meant (--column)\n  columns are: year, a, b");
    CHECK(series_of("year,a,b\n1700,1,2\n", "a").name == "a");
}

TEST_CASE("series: of two columns, a cell that is not a number is named") {
    CHECK(message_of<ParseError>([] { series_of("year,count\n1700,5\n1701,x\n"); }) ==
          "data.csv: every cell of the column must be a finite number (\"x\")\n"
          "  line 3, column 2 \"count\"");
}

TEST_CASE("series: a first column that does not rise evenly is no axis, rows are counted") {
    for (const char* text : {"y,a\n1,1\n1,2\n2,3\n", "y,a\n1,1\n2,2\n4,3\n", "y,a\n3,1\n2,2\n1,3\n",
                             "y,a\nMo,1\nTu,2\nWe,3\n", "y,a\n1,1\n"}) {
        const Series series = series_of(text);
        CHECK(series.axis.name == "row");
        CHECK(series.axis.at(0) == 1);
    }
    CHECK(series_of("a\n1\n2\n").axis.name == "row");
}

TEST_CASE("series: quarters as fractions of a year are an axis") {
    CHECK(series_of("t,a\n1959.1,1\n1959.2,2\n1959.3,3\n").axis.at(3) == doctest::Approx(1959.4));
}

TEST_CASE("standardisation: mean 0 and deviation 1, and back") {
    const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
    const Standardisation s = standardisation_of(values);
    CHECK(s.mean == 5);
    CHECK(s.deviation == 2);
    CHECK(s.apply(9) == 2);
    CHECK(s.undo(-1.5) == 2);
}

TEST_CASE("standardisation: needs values that differ") {
    CHECK(message_of<ShapeError>([] { standardisation_of({}); }) ==
          "standardisation: needs at least one value");
    const std::vector<double> values{0.1, 0.1, 0.1};
    CHECK(message_of<EvaluationError>([&] { standardisation_of(values); }) ==
          "standardisation: the values must differ (all 3 are 0.1)");
}

TEST_CASE("held-out rows: the last part, rounded") {
    CHECK(first_held_out(309, 0.2) == 247);
    CHECK(first_held_out(10, 0.3) == 7);
    CHECK(first_held_out(10, 0) == 10);
}
