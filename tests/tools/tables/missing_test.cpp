#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace revolute;
using test::message_of;

namespace {

using Numbers = std::vector<double>;

/// A table with these cells in column v, at 1, 2, ...
Table table_of(const std::vector<std::string>& cells) {
    std::string text = "t,v\n";
    for (std::size_t i = 0; i < cells.size(); ++i) text += fmt::format("{},{}\n", i + 1, cells[i]);
    return Table::parse(text, "data.csv");
}

Series series_of(const std::vector<std::string>& cells, const MissingRule& rule) {
    return read_series(table_of(cells), "v", {.axis = {}, .missing = rule});
}

std::string refused(const std::vector<std::string>& cells, const MissingRule& rule = {}) {
    return message_of<ParseError>([&] { series_of(cells, rule); });
}

}  // namespace

TEST_CASE("missing: what usually stands for a missing value is told") {
    for (const char* text :
         {"", " ", "NA", "n/a", "#N/A", "NaN", "null", "None", "-", "?", ".", "missing"})
        CHECK_MESSAGE(is_usual_for_missing(text), text);
    for (const char* text : {"0", "x", "-1", "no", "1."})
        CHECK_MESSAGE(!is_usual_for_missing(text), text);
}

TEST_CASE("missing: a row is left out, or filled in on a straight line") {
    for (const char* cell : {"", "NA", "nan", "-9999", "-", "1e30"}) {
        CAPTURE(cell);
        const Series dropped = series_of({"1", "2", cell, cell, "8", "5"}, {Missing::drop, {}});
        CHECK(dropped.targets[0].values == Numbers{1, 2, 8, 5});
        CHECK(dropped.axis.at(2) == 5);
        CHECK(dropped.axis.at(4) == 7);
        const Series filled =
            series_of({"1", "2", cell, cell, "8", "5"}, {Missing::interpolate, {}});
        CHECK(filled.targets[0].values == Numbers{1, 2, 4, 6, 8, 5});
        CHECK(filled.axis.at(6) == 7);
        CHECK(filled.notes.back() == "2 missing values filled in on straight lines");
    }
}

TEST_CASE("series: one row is read, whatever its first cell is") {
    for (const char* first : {"2019-01-01", "1", "x", "31/12/2019", "NA"}) {
        CAPTURE(first);
        const Table table = Table::parse(fmt::format("d,v\n{},1.5\n", first), "data.csv");
        CHECK(read_series(table, "v", {.axis = {}, .missing = {}}).targets[0].values ==
              Numbers{1.5});
    }
}

TEST_CASE("missing: where other columns are read, rows without any of them are left out") {
    const Table table =
        Table::parse("t,a,b,c\n1,1,2,x\n2,,3,x\n3,4,,x\n4,5,6,x\n5,7,8,x\n6,9,0,x\n", "data.csv");
    const Series series =
        read_series(table, ColumnNames{{"a"}, {"b"}}, {.axis = {}, .missing = {Missing::drop, {}}});
    CHECK(series.inputs[0].values == Numbers{1, 5, 7, 9});
    CHECK(series.targets[0].values == Numbers{2, 6, 8, 0});
    CHECK(series.notes.front() == "1 gap of \"t\" passed over: rows around are neighbours");
    CHECK(series.notes.back() == "2 rows with missing values left out");
}

TEST_CASE("missing: a number far from all others may stand for a missing value") {
    for (const char* text : {"-9999", "-999", "9999", "999.9", "-99.99", "-99", "-32768", "1e20",
                             "-1e31", "-9999.0"}) {
        CAPTURE(text);
        CHECK(
            refused({"1", "2", text, "4"}) ==
            fmt::format("data.csv: a value far from all others may stand for a missing one ({0})\n"
                        "  line 4, column 2 \"v\"\n"
                        "  if it does: --missing-values={0} with --missing drop or interpolate; if "
                        "it does not: --missing-values=none",
                        text));
        const MissingRule none{Missing::error, std::vector<std::string>{"none"}};
        CHECK(series_of({"1", "2", text, "4"}, none).row_count() == 4);
        CHECK(
            series_of({"1", "2", text, "4"}, {Missing::drop, {}}).notes.front() ==
            fmt::format("{} in column \"v\" is taken as missing (1 cell; --missing-values)", text));
    }
    // Ends of whole numbers, digits again and again, and what is a million times as far away.
    const std::vector<std::string> values{"40.5", "47", "52.25", "61", "44", "58"};
    for (const char* text :
         {"2147483647", "-2147483648", "-9223372036854775808", "4294967295", "32767", "65535",
          "8888", "-8888", "-7777", "888", "1e15", "-1e10", "1.7e308"}) {
        CAPTURE(text);
        std::vector<std::string> with = values;
        with.insert(with.begin() + 3, text);
        CHECK(refused(with, {}).find("a value far from all others") != std::string::npos);
        CHECK(series_of(with, {Missing::drop, {}}).row_count() == values.size());
    }
    // A spike, a power of two or a large column is none.
    for (const char* text : {"111", "222", "256", "-200", "0", "-1", "5000"}) {
        CAPTURE(text);
        std::vector<std::string> with = values;
        with.push_back(text);
        CHECK(series_of(with, {}).row_count() == with.size());
    }
    CHECK(series_of({"1e200", "0", "-1e200", "3e199", "-5e200"}, {}).row_count() == 5);
    CHECK(series_of({"7", "7", "7", "1e9"}, {}).row_count() == 4);
    // Within what the others show, or not of nines.
    CHECK(series_of({"900", "999", "1100", "999"}, {}).row_count() == 4);
    CHECK(series_of({"1", "2", "-5000", "4"}, {}).row_count() == 4);
    CHECK(series_of({"99", "999"}, {}).row_count() == 2);
    CHECK(series_of({"1", "2", "9", "4"}, {}).row_count() == 4);
}

TEST_CASE("missing: what is advised for a number with a comma is a number without") {
    const auto message = message_of<ParseError>([] {
        read_series(Table::parse("t;v\n1;1,5\n2;2,5\n3;-999,9\n4;9,0\n", "data.csv"), "v", {});
    });
    CHECK(message.find("(-999,9)") != std::string::npos);
    CHECK(message.find("--missing-values=-999.9 with") != std::string::npos);
}

TEST_CASE("missing: numbers that may have their thousands in groups are refused") {
    const auto may_be_thousands = [](const char* grouped, int line, const char* whole,
                                     int whole_line) {
        return fmt::format(
            "data.csv: it must be said whether a point is the decimal sign or parts thousands "
            "(\"{}\")\n  line {}, column 2 \"v\"; \"{}\" in line {} has none\n"
            "  if it is the decimal sign: --decimal point; if it parts thousands: --thousands "
            "point",
            grouped, line, whole, whole_line);
    };
    CHECK(refused({"998", "1.009", "1.040"}) == may_be_thousands("1.009", 3, "998", 2));
    CHECK(refused({"12.345", "-7", "-1.000"}) == may_be_thousands("12.345", 2, "-7", 3));
    CHECK(refused({"NA", "123.456", " 5 "}, {Missing::drop, {}}) ==
          may_be_thousands("123.456", 3, "5", 4));

    for (const std::vector<std::string>& cells :
         {std::vector<std::string>{"1.009", "1.040", "2.500"},
          {"998", "1009", "1.040"},
          {"998", "0.125", "1.040"},
          {"998", "1.09", "1.040"},
          {"998", "1.040", "1e3"}})
        CHECK(series_of(cells, {}).row_count() == 3);
    const Table told = Table::parse("t,v\n1,998\n2,1.009\n", "data.csv", {.decimal = '.'});
    CHECK(read_series(told, "v").targets[0].values == Numbers{998, 1.009});
    const Table grouped = Table::parse("t,v\n1,998\n2,1.009\n", "data.csv", {.thousands = '.'});
    CHECK(read_series(grouped, "v").targets[0].values == Numbers{998, 1009});
}

TEST_CASE("missing: a sign in an axis of numbers is certain as well") {
    CHECK(message_of<ParseError>([] {
              read_series(Table::parse("t;v\n999;1\n1.000;2\n1.001;3\n", "data.csv"), "v");
          }) ==
          "data.csv: it must be said whether a point is the decimal sign or parts thousands "
          "(\"1.000\")\n  line 3, column 1 \"t\"; \"999\" in line 2 has none\n"
          "  if it is the decimal sign: --decimal point; if it parts thousands: --thousands point");
    const Table told =
        Table::parse("t;v\n999;1\n1.000;2\n1.001;3\n", "data.csv", {.thousands = '.'});
    CHECK(read_series(told, "v").axis.at(3) == 1002);
}

TEST_CASE("missing: a cell that is no number is told how numbers are written") {
    const auto refusal = [](const std::string& text, const CsvOptions& told) {
        return message_of<ParseError>(
            [&] { read_series(Table::parse(text, "data.csv", told), "v"); });
    };
    CHECK(refusal("t;v\n1;1.5\n2;2.5\n3;3,5\n", {}) ==
          "data.csv: every cell of the column must be a finite number (\"3,5\")\n"
          "  line 4, column 2 \"v\"\n  the decimal sign is a point, and nothing stands between "
          "thousands, as in most numbers of the column: this one must be written so too");
    CHECK(refusal("t;v\n1;1.5\n2;2.5\n", {.decimal = ','}) ==
          "data.csv: every cell of the column must be a finite number (\"1.5\")\n"
          "  line 2, column 2 \"v\"\n  the decimal sign is a comma, and nothing stands between "
          "thousands, as --decimal and --thousands say: all numbers must be written so");
    CHECK(
        refusal("t;v\n1;1,5 kg\n2;2,5 kg\n", {.decimal = ','}) ==
        "data.csv: every cell of the column must be a finite number (\"1,5 kg\")\n"
        "  line 2, column 2 \"v\"\n  numbers must stand without \"kg\": remove it from the column");
}

TEST_CASE("missing: a column of dates or of text is refused as that") {
    CHECK(
        refused({"on", "off", "on"})
            .ends_with("\n  the column holds text: a net reads and forecasts columns of numbers"));
    CHECK(
        refused({"2024-01-01", "2024-01-02"})
            .ends_with("\n  the column holds dates: a net reads and forecasts columns of numbers"));
    CHECK(
        refused({"NA", "31.01.2024", "01.02.2024"}, {.then = Missing::drop})
            .ends_with("\n  the column holds dates: a net reads and forecasts columns of numbers"));
    CHECK(refused({"on", "1", "off"}).find("--missing-values=on") != std::string::npos);
}

TEST_CASE("missing: what stands for a missing value may be told, as text or number") {
    const MissingRule told{Missing::drop, std::vector<std::string>{"bad", "-1"}};
    CHECK(series_of({"1", "bad", "-1.0", "", "5"}, told).targets[0].values == Numbers{1, 5});
    CHECK(refused({"1", "NA", "3"}, told) ==
          "data.csv: every cell of the column must be a finite number (\"NA\")\n"
          "  line 3, column 2 \"v\"\n"
          "  --missing-values replaces the usual texts for missing values: "
          "--missing-values=bad,-1,NA has this one too, with --missing drop or interpolate");
    CHECK(refused({"1", "bad", "3"}, {Missing::error, told.texts}) ==
          "data.csv: every cell of the column must be a finite number (\"bad\")\n"
          "  line 3, column 2 \"v\"\n"
          "  --missing drop leaves such rows out, --missing interpolate fills them in");
}

TEST_CASE("missing: what was told leaves other numbers far from all others to be found") {
    const std::vector<std::string> cells{"1", "2", "3", "4", "-9999", "999.9", "1e20", "999.9"};
    const auto refusal = [](const char* first, int line, const char* with, const char* without) {
        return fmt::format(
            "data.csv: a value far from all others may stand for a missing one ({})\n"
            "  line {}, column 2 \"v\"\n  if it does: --missing-values={} with --missing drop or "
            "interpolate; if it does not: --missing-values{}",
            first, line, with, without);
    };
    CHECK(refused(cells, {}) == refusal("-9999", 6, "-9999,999.9,1e20", "=none"));
    const MissingRule told{Missing::error, std::vector<std::string>{"-9999"}};
    CHECK(refused({"1", "2", "999.9", "3"}, told) ==
          refusal("999.9", 4, "-9999,999.9", "=-9999,none"));
    const MissingRule dropped{Missing::drop, std::vector<std::string>{"-9999"}};
    CHECK(series_of(cells, dropped).targets[0].values == Numbers{1, 2, 3, 4});
    CHECK(series_of(cells, dropped).notes.front() ==
          "999.9, 1e20 in column \"v\" are taken as missing (3 cells; --missing-values)");
    const MissingRule kept{Missing::drop, std::vector<std::string>{"-9999", "none"}};
    CHECK(series_of(cells, kept).row_count() == 7);
}

TEST_CASE("missing: there is no line beyond the ends") {
    for (const auto& [cells, line] :
         {std::pair<std::vector<std::string>, int>{{"", "1", "2"}, 2}, {{"1", "2", ""}, 4}})
        CHECK(
            refused(cells, {Missing::interpolate, {}}) ==
            fmt::format("data.csv: a missing value at an end has no neighbours to be interpolated "
                        "between\n  line {}, column \"v\"\n  --missing drop leaves such rows out",
                        line));
}
