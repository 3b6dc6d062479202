#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <limits>

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
    CHECK(series.targets[0].name == "count");
    CHECK(series.targets[0].values == std::vector<double>{5, 7, 6});
    REQUIRE(series.inputs.size() == 1);
    CHECK(series.inputs[0].name == "count");
    CHECK(series.inputs[0].values == series.targets[0].values);
    CHECK(series.axis.name == "year");
    CHECK(series.axis.at(3) == 1703);
}

TEST_CASE("series: the only numeric column is meant") {
    CHECK(series_of("day,place,count\nMo,A,5\nTu,B,7\n").targets[0].name == "count");
    CHECK(series_of("count\n5\n7\n").targets[0].name == "count");
    CHECK(series_of("year,place,count\n1,A,5\n2,B,7\n").targets[0].name == "count");
}

TEST_CASE("series: without a name, several numeric columns are an error that lists them") {
    CHECK(message_of<ParseError>([] { series_of("year,a,b\n1700,1,2\n"); }) ==
          "data.csv: it must be said which column is meant (--column)\n  columns are: year, a, b");
    CHECK(series_of("year,a,b\n1700,1,2\n", "a").targets[0].name == "a");
}

TEST_CASE("series: of two columns, a cell that is not a number is named") {
    CHECK(message_of<ParseError>([] { series_of("year,count\n1700,5\n1701,x\n"); }) ==
          "data.csv: every cell of the column must be a finite number (\"x\")\n"
          "  line 3, column 2 \"count\"\n"
          "  if it stands for a missing value: --missing-values=x, with --missing drop or "
          "interpolate");
}

TEST_CASE("series: several inputs and a target are taken by name, in the order asked for") {
    const Table table = Table::parse("year,a,b,c\n1700,1,2,3\n1701,4,5,6\n", "data.csv");
    const Series series = read_series(table, ColumnNames{{"c", "a"}, {"b"}});
    CHECK(series.targets[0].name == "b");
    CHECK(series.targets[0].values == std::vector<double>{2, 5});
    REQUIRE(series.inputs.size() == 2);
    CHECK(series.inputs[0].name == "c");
    CHECK(series.inputs[0].values == std::vector<double>{3, 6});
    CHECK(series.inputs[1].name == "a");
    CHECK(series.inputs[1].values == std::vector<double>{1, 4});
    CHECK(series.axis.name == "year");
    CHECK(series.row_count() == 2);
}

TEST_CASE("series: names in a list may have commas themselves where the table has such a column") {
    const Table table = Table::parse("a,\"a,b\",\"b,c,d\",c\n1,2,3,4\n", "data.csv");
    const auto names = [&](std::string_view list) { return names_in_list(list, table); };
    using Names = std::vector<std::string>;
    CHECK(names("a") == Names{"a"});
    CHECK(names("c,a") == Names{"c", "a"});
    CHECK(names("a,b") == Names{"a,b"});
    CHECK(names("a,b,c,d") == Names{"a,b", "c", "d"});
    CHECK(names("a,a,b") == Names{"a", "a,b"});
    CHECK(names("c,b,c,d,a") == Names{"c", "b,c,d", "a"});
    CHECK(names("") == Names{""});
    CHECK(names("a,") == Names{"a", ""});
}

TEST_CASE("series: columns that cannot be taken are named") {
    const Table table = Table::parse("year,a,b\n1700,1,2\n1701,,5\n", "data.csv");
    const auto refused = [&](const ColumnNames& names) {
        return message_of<ParseError>([&] { read_series(table, names); });
    };
    CHECK(refused({{"b", "d"}, {"b"}}) ==
          "data.csv: no column is called \"d\"\n  columns are: year, a, b");
    CHECK(refused({{"b"}, {"d"}}) ==
          "data.csv: no column is called \"d\"\n  columns are: year, a, b");
    CHECK(refused({{"b", "year", "b"}, {"b"}}) ==
          "data.csv: column \"b\" is asked for twice\n  asked for are: b, year, b");
    CHECK(refused({{"b"}, {"b", "b"}}) ==
          "data.csv: column \"b\" is asked for twice\n  asked for are: b, b");
    CHECK(refused({{}, {"b", "year"}}) ==
          "data.csv: needs at least one column to forecast b, year from");
    CHECK(refused({{"b", "a"}, {"b"}}) ==
          "data.csv: every cell of the column must be a finite number (it is empty)\n"
          "  line 3, column 2 \"a\"\n"
          "  --missing drop leaves such rows out, --missing interpolate fills them in");
}

TEST_CASE("series: a first column of no common step is no axis, rows are counted") {
    for (const char* text : {"y,a\n1,1\n1,2\n2,3\n", "y,a\n1,1\n2,2\n4,3\n", "y,a\n3,1\n5,2\n1,3\n",
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
    const std::vector<double> one{0.5};
    CHECK(message_of<EvaluationError>([&] { standardisation_of(one); }) ==
          "standardisation: the values must be two at least to have a deviation (there is one, "
          "0.5): more rows are needed");
    const std::vector<double> values{0.1, 0.1, 0.1};
    CHECK(message_of<EvaluationError>([&] { standardisation_of(values); }) ==
          "standardisation: the values must differ (all 3 are 0.1)");
    CHECK(message_of<EvaluationError>([&] { standardisation_of(values, "prices"); }) ==
          "standardisation: prices must differ (all 3 are 0.1)");
}

TEST_CASE("standardisation: a deviation that a double cannot hold is refused, its square may be") {
    const auto refusal = [](double low, double high) {
        const std::vector<double> values{low, high};
        return message_of<EvaluationError>([&] { standardisation_of(values); });
    };
    const std::string text =
        "standardisation: the deviation of the values must be within the range of doubles ";
    CHECK(refusal(0, std::numeric_limits<double>::infinity()).starts_with(text));
    CHECK(refusal(0, 1e-310).starts_with(text));  // denormal: few digits are left
    for (const double unit : {1e300, 1e160, 1.0, 1e-150, 1e-300}) {
        const std::vector<double> values{unit, 3 * unit};
        CHECK(standardisation_of(values).deviation == doctest::Approx(unit));
        CHECK(standardisation_of(values).apply(3 * unit) == doctest::Approx(1));
    }
}

TEST_CASE("series: what is read of a column is its values or its changes") {
    const std::vector<double> values{1, 4, 2};
    CHECK(as_read(values, Reading::values) == values);
    CHECK(as_read(values, Reading::changes) == std::vector<double>{3, -2});
    CHECK(as_read(std::span(values).first(0), Reading::changes).empty());
}

TEST_CASE("held-out rows: the last part, rounded") {
    CHECK(first_held_out(309, 0.2) == 247);
    CHECK(first_held_out(10, 0.3) == 7);
    CHECK(first_held_out(10, 0) == 10);
}
