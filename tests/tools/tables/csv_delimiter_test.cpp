// Commas and blanks part cells, or stand in numbers.

#include <revolute/graph/values/error.hpp>
#include <revolute/tools/tables/csv.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>

using namespace revolute;
using test::message_of;

namespace {

using Numbers = std::vector<double>;

/// A number with so many digits behind the decimal sign.
std::string written(double value, int places, NumberSigns signs) {
    std::string text = fmt::format("{:.{}f}", value, places);
    std::size_t end = text.find('.');
    if (end == text.npos)
        end = text.size();
    else
        text[end] = signs.decimal;
    const std::size_t first = value < 0 ? 1 : 0;
    for (std::size_t i = end; signs.thousands != no_sign && i > first + 3; i -= 3)
        text.insert(i - 3, 1, signs.thousands);
    return text;
}

/// A table as some program may write it.
struct WrittenTable {
    char delimiter = ',';
    NumberSigns signs{};
    bool has_header = false;
    std::vector<Numbers> columns;
    int places = 0;

    std::string text() const {
        std::string result;
        for (std::size_t k = 0; has_header && k < columns.size(); ++k)
            result += (k > 0 ? std::string(1, delimiter) : "") + fmt::format("v{}", k);
        if (has_header) result += '\n';
        for (std::size_t row = 0; row < columns.front().size(); ++row) {
            for (std::size_t k = 0; k < columns.size(); ++k) {
                const std::string cell = written(columns[k][row], places, signs);
                const bool is_quoted = columns.size() > 1 && cell.find(delimiter) != cell.npos;
                if (k > 0) result += delimiter;
                result += is_quoted ? '"' + cell + '"' : cell;
            }
            result += '\n';
        }
        return result;
    }
};

/// The option that a message offers, of those that say how the table is written; none where it
/// offers no such one.
bool follow_advice(const std::string& message, const WrittenTable& meant, CsvOptions& told) {
    const auto offers = [&](const std::string& option) {
        return message.find(option) != message.npos;
    };
    const char* const name = meant.delimiter == blanks ? "blanks" : "comma";
    if (meant.columns.size() > 1 && offers(fmt::format("--delimiter {}", name)))
        told.delimiter = meant.delimiter;
    else if (offers(fmt::format("--decimal {}", number_sign_name(meant.signs.decimal))))
        told.decimal = meant.signs.decimal;
    else if (offers(fmt::format("--thousands {}", number_sign_name(meant.signs.thousands))))
        told.thousands = meant.signs.thousands;
    else if (offers("--no-header"))
        told.has_header = meant.has_header;
    else
        return false;
    return true;
}

std::vector<Numbers> numbers_of(const Table& table) {
    std::vector<Numbers> result(table.columns().size());
    for (std::size_t i = 0; i < table.row_count(); ++i)
        for (std::size_t k = 0; k < result.size(); ++k)
            result[k].push_back(table.number(i, k).value_or(-1e300));
    return result;
}

/// Reads as somebody would who does what errors say.
Table read_with_advice(const WrittenTable& meant, int& advice) {
    CsvOptions told;
    for (advice = 0;; ++advice) try {
            return Table::parse(meant.text(), "data.csv", told);
        } catch (const ParseError& error) {
            const std::string message = error.what();
            CAPTURE(message);
            REQUIRE(advice < 3);
            REQUIRE(follow_advice(message, meant, told));
        }
}

/// The first columns of a table, which has so many.
std::vector<Numbers> some_columns(std::size_t count, int contents) {
    const std::vector<std::vector<Numbers>> all{
        {{12552.32, 12610.25, 998.5, 13001.75}, {0.5, -2.25, 7.75, 1.5}, {3.25, 4.5, 4.75, 6.25}},
        {{1552, 1610, 1998, 1001}, {17, 25, 31, 42}, {305, 450, 475, 625}},
        {{15, 16, 18, 11}, {120.5, 130.25, 140.75, 150}, {1, 2, 4, 8}},
        {{1200, 2300, 5300, 4100}, {1200, 1300, 1400, 9500}, {7100, 2200, 2200, 3000}},
    };
    const auto& columns = all.at(static_cast<std::size_t>(contents));
    return {columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_CASE(
    "csv delimiter: tables are split as they were written, or once it is said how they were") {
    int refused = 0, read = 0;
    for (const char delimiter : {',', ';', '\t', '|', blanks})
        for (const NumberSigns signs : all_number_signs)
            for (int variant = 0; variant < 2 * 3 * 4 * 3; ++variant) {
                WrittenTable meant{delimiter, signs, variant % 2 == 0, {}, variant / 24};
                meant.columns =
                    some_columns(static_cast<std::size_t>(1 + variant / 2 % 3), variant / 6 % 4);
                const std::string text = meant.text();
                CAPTURE(text);
                int advice = 0;
                const Table table = read_with_advice(meant, advice);
                REQUIRE(table.columns().size() == meant.columns.size());
                REQUIRE(table.row_count() == 4);
                (advice > 0 ? refused : read) += 1;
            }
    CHECK(read > 1000);
    CHECK(refused > 100);
}

TEST_CASE("csv delimiter: what the options say is not asked") {
    const std::string column = "12552,32\n12610,25\n12998,50\n";
    const auto read = [&](const std::string& text, const CsvOptions& told) {
        return numbers_of(Table::parse(text, "data.csv", told));
    };
    CsvOptions comma, point, thousands, cells;
    comma.decimal = ',';
    point.decimal = '.';
    thousands.thousands = ',';
    cells.delimiter = ',';
    CHECK(read(column, comma) == std::vector<Numbers>{{12552.32, 12610.25, 12998.5}});
    CHECK(read(column, point).size() == 2);
    CHECK(read(column, cells).size() == 2);
    CHECK(read("27,513\n28,104\n", thousands) == std::vector<Numbers>{{27513, 28104}});
    CHECK(read("27,513\n28,104\n", comma) == std::vector<Numbers>{{27.513, 28.104}});
    CHECK(read("1;12,5\n2;13,5\n", comma).size() == 2);
    CHECK(read("1,\"12,5\"\n2,\"13,5\"\n", comma) == std::vector<Numbers>{{1, 2}, {12.5, 13.5}});
}

TEST_CASE(
    "csv delimiter: a comma or blank that may stand in numbers is refused with both options") {
    const auto refusal = [](const std::string& text, const CsvOptions& told = {}) {
        return message_of<ParseError>([&] { Table::parse(text, "data.csv", told); });
    };
    CHECK(refusal("12552,32\n12610,25\n") ==
          "data.csv: it must be said whether a comma parts cells or stands in numbers "
          "(\"12552,32\")\n  line 1\n"
          "  if it parts cells: --delimiter comma; if it is the decimal sign: --decimal comma");
    CHECK(refusal("27,513\n28,104\n") ==
          "data.csv: it must be said whether a comma parts cells or stands in numbers "
          "(\"27,513\")\n  line 1\n  if it parts cells: --delimiter comma; if it is the decimal "
          "sign: --decimal comma; if it parts thousands: --thousands comma");
    CHECK(refusal("12,5\nNA\n13\n14,5\n").find("--decimal comma") != std::string::npos);
    CHECK(refusal("1 200\n2 300\n") ==
          "data.csv: it must be said whether a space parts cells or stands in numbers (\"1 200\")\n"
          "  line 1\n  if it parts cells: --delimiter blanks; if it parts thousands: "
          "--thousands space");
    CHECK(refusal("Heat, Rome\n12,5\n13,5\n").find("(\"12,5\")\n  line 2\n") != std::string::npos);
    CsvOptions comma;
    comma.decimal = ',';
    CHECK(
        refusal("year,v\n1990,12\n1991,15\n", comma) ==
        "data.csv: it must be said whether line 1 is one name, for commas were told to be signs of "
        "numbers\n  it is \"year,v\"\n  if it is one: --delimiter semicolon; if commas part "
        "cells, but for those in quotes: --delimiter comma");
    CsvOptions no_header;
    no_header.has_header = false;
    CHECK(refusal("12,5\n13,5\n", no_header).find("--decimal comma") != std::string::npos);
}

TEST_CASE("csv delimiter: a row that can be read in one way alone is no matter of doubt") {
    std::string text;
    for (int i = 0; i < 300; ++i) text += fmt::format("{},{}\n", 10 + i, 3 * i);
    CHECK(message_of<ParseError>([&] { Table::parse(text, "data.csv"); }).find("--delimiter") !=
          std::string::npos);
    CHECK(Table::parse(text + "310,-5\n", "data.csv").columns().size() == 2);
    CHECK(Table::parse("year,v\n" + text, "data.csv").columns().size() == 2);
    CHECK(Table::parse("v\n" + text, "data.csv").columns().size() == 1);
    CHECK(Table::parse("2019-01-01,5\n2019-01-02,6\n", "data.csv").columns().size() == 2);
    CHECK(Table::parse("1,2,3\n4,5,6\n", "data.csv", {.has_header = false}).columns().size() == 3);
    CsvOptions beside;
    beside.beside = NumberSigns{',', no_sign};
    CHECK(Table::parse("12,5\n13,5\n", "next.csv", beside).columns().size() == 1);
    beside.beside = NumberSigns{};
    CHECK(Table::parse("12,5\n13,5\n", "next.csv", beside).columns().size() == 2);
}
