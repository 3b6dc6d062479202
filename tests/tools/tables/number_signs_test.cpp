#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/series.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

using namespace revolute;

namespace {

/// A number of thousandths as some program may write it, with `places` digits behind the decimal
/// sign.
std::string written(long thousandths, int places, NumberSigns signs) {
    const long size = std::labs(thousandths);
    std::string whole = std::to_string(size / 1000);
    if (signs.thousands != no_sign)
        for (std::size_t i = whole.size(); i > 3; i -= 3) whole.insert(i - 3, 1, signs.thousands);
    std::string text = (thousandths < 0 ? "-" : "") + whole;
    const std::string behind = fmt::format("{:03}", size % 1000);
    if (places > 0) text += signs.decimal + behind.substr(0, static_cast<std::size_t>(places));
    return text;
}

/// What columns hold: thousandths, and how many digits behind the decimal sign are written.
struct Contents {
    std::vector<long> thousandths;
    int places = 0;
};

const std::vector<Contents>& contents() {
    static const std::vector<Contents> all{
        {{1250, -2500, 750, 12250, 3500, 4750}, 2},
        {{27513'000, 28104'000, 29001'000, 25500'000, 26123'000, 27000'000}, 0},
        {{998'000, 1009'000, 1040'000, 997'000, 1001'000, 1100'000}, 0},
        {{1234'500, 1'234'567'800, -20'000'000, 35'000'100, 1'000'000, 999'900}, 1},
        {{21375, 22125, 23250, 20500, 21625, 22875}, 3},
    };
    return all;
}

struct Writing {
    char delimiter;
    NumberSigns signs;
    bool has_header;
    int titles;

    std::string cell(const std::string& text) const {
        const std::string ends = delimiter == blanks ? " \t" : std::string(1, delimiter);
        return text.find_first_of(ends) == text.npos ? text : '"' + text + '"';
    }
    /// Without a header it must have other cells than the rows, or it might be one that lacks a
    /// name.
    std::string title() const { return has_header ? "Report, of today" : "Report"; }
    std::string text(const std::vector<const Contents*>& columns) const {
        std::string result;
        for (int i = 0; i < titles; ++i) result += i == 0 ? title() + "\n" : "\n";
        if (has_header) {
            result += "day";
            for (std::size_t k = 0; k < columns.size(); ++k)
                result += delimiter + fmt::format("v{}", k);
            result += '\n';
        }
        for (std::size_t i = 0; i < columns.front()->thousandths.size(); ++i) {
            result += fmt::format("2023-05-{:02}", i + 1);
            for (const Contents* column : columns)
                result += delimiter + cell(written(column->thousandths[i], column->places, signs));
            result += '\n';
        }
        return result;
    }
};

std::string without_lines(std::string text, int count) {
    for (; count > 0; --count) text.erase(0, text.find('\n') + 1);
    return text;
}

/// Reads as somebody would who does what errors say; `count` says how often that was.
std::vector<std::vector<double>> read_with_advice(std::string text, NumberSigns meant,
                                                  std::size_t columns, int& count) {
    CsvOptions told;
    for (count = 0;; ++count) {
        try {
            const Table table = Table::parse(text, "data.csv", told);
            std::vector<std::vector<double>> values;
            for (std::size_t k = 0; k < columns; ++k)
                values.push_back(
                    read_series(table, table.columns().at(k + 1)).targets.front().values);
            return values;
        } catch (const ParseError& error) {
            const std::string message = error.what();
            CAPTURE(message);
            REQUIRE(count < 3);
            std::smatch lines;
            if (std::regex_search(message, lines, std::regex("remove lines? (1-)?([0-9]+)$"))) {
                text = without_lines(text, std::stoi(lines[2].str()));
                continue;
            }
            if (message.ends_with("remove one of them")) {
                text = without_lines(text, 1);
                continue;
            }
            const std::string decimal = "--decimal " + number_sign_name(meant.decimal) + ";";
            const std::string thousands = "--thousands " + number_sign_name(meant.thousands);
            if (message.find(decimal) != message.npos) {
                told.decimal = meant.decimal;
            } else {
                REQUIRE(message.ends_with(thousands));
                told.thousands = meant.thousands;
            }
        }
    }
}

/// Points between commas or blanks are decimal signs, where nothing tells otherwise.
bool is_against_tradition(const Writing& writing, const std::vector<const Contents*>& columns) {
    return (writing.delimiter == ',' || writing.delimiter == blanks) &&
           writing.signs.thousands == '.' &&
           std::ranges::all_of(columns, [&](const Contents* column) {
               return column == &contents()[1] || column == &contents()[2];
           });
}

}  // namespace

TEST_CASE(
    "number signs: every way to write a table is read right, or as soon as one does what is said") {
    int refused = 0, read = 0;
    for (const char delimiter : {',', ';', '\t', '|', blanks})
        for (const NumberSigns signs : all_number_signs)
            for (int flags = 0; flags < 6; ++flags)
                for (std::size_t a = 0; a < contents().size(); ++a)
                    for (std::size_t b = a; b < contents().size(); ++b) {
                        const Writing writing{delimiter, signs, flags % 2 == 0, flags / 2};
                        std::vector<const Contents*> columns{&contents()[a]};
                        if (b != a) columns.push_back(&contents()[b]);
                        if (is_against_tradition(writing, columns)) continue;
                        const std::string text = writing.text(columns);
                        CAPTURE(text);
                        int advice = 0;
                        const auto values = read_with_advice(text, signs, columns.size(), advice);
                        (advice > 0 ? refused : read) += 1;
                        for (std::size_t k = 0; k < columns.size(); ++k)
                            for (std::size_t i = 0; i < values[k].size(); ++i)
                                REQUIRE(values[k][i] ==
                                        doctest::Approx(1e-3 * static_cast<double>(
                                                                   columns[k]->thousandths[i])));
                    }
    CHECK(read > 1000);
    CHECK(refused > 1000);
}

TEST_CASE("number signs: digits are in groups of three, all or none") {
    const NumberSigns points{',', '.'};
    CHECK(to_number("1.234.567,5", points) == 1234567.5);
    CHECK(to_number("-27.513", points) == -27513);
    CHECK(to_number("+1234567,5", points) == 1234567.5);
    CHECK(to_number(" 1.000e3 ", points) == 1e6);
    for (const char* text : {"1.23", "1.2345", "1234.567", "0.123", ".123", "1..234", "1.234.5",
                             "1,234.567", "1.234,567.890", "--1.234", "", "1.234x"}) {
        CAPTURE(text);
        CHECK(!to_number(text, points));
    }
    CHECK(to_number("1,234.5", {'.', ','}) == 1234.5);
    CHECK(to_number("1 234,5", {',', ' '}) == 1234.5);
    CHECK(to_number("1\xc2\xa0"
                    "234\xe2\x80\xaf"
                    "567\xe2\x80\x89"
                    "890",
                    {'.', ' '}) == 1234567890);
    CHECK(to_number("1'234\xe2\x80\x99"
                    "567.5",
                    {'.', '\''}) == 1234567.5);
    CHECK(!to_number("1'234", {'.', ' '}));
}

TEST_CASE("number signs: they have names") {
    CHECK(number_sign_in_words(' ') == "a space");
    CHECK(number_sign_in_words('\'') == "an apostrophe");
    CHECK(number_sign_in_words(no_sign) == "nothing");
    CHECK(number_sign_name('\'') == "apostrophe");
    CHECK(number_sign_name('.') == "point");
    CHECK(number_sign_name(no_sign) == "none");
}

TEST_CASE("number signs: what parts thousands ends no cell") {
    const Table table = Table::parse("v\n1 200\n2 300\n", "data.csv", {.thousands = ' '});
    CHECK(read_series(table, "v").targets.front().values == std::vector<double>{1200, 2300});
}
