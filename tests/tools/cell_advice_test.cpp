#include <revolute/graph/error.hpp>
#include <revolute/tools/cell_advice.hpp>
#include <revolute/tools/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace revolute;
using test::message_of;

namespace {

/// The values of a column of such cells.
std::vector<double> values_of(const std::vector<std::string>& cells) {
    std::string text = "t\tv\n";
    for (std::size_t i = 0; i < cells.size(); ++i) text += fmt::format("{}\t{}\n", i, cells[i]);
    return read_series(Table::parse(text, "data.csv"), "v").targets.front().values;
}

const std::string minus = "\xe2\x88\x92", dash = "\xe2\x80\x93", no_break = "\xc2\xa0";

}  // namespace

TEST_CASE("number signs: negative numbers are read however they are written, by all signs") {
    for (const NumberSigns signs : all_number_signs) {
        std::string size = "12345.5";
        if (signs.thousands == no_sign)
            size[5] = signs.decimal;
        else
            size = fmt::format("12{}345{}5", signs.thousands, signs.decimal);
        for (const std::string& text :
             {"-" + size, size + "-", minus + size, dash + size, size + minus, "(" + size + ")",
              "( " + size + " )", no_break + "-" + size + no_break}) {
            CAPTURE(text);
            CHECK(to_number(text, signs) == -12345.5);
            CHECK(is_number_by_some_signs(text));
        }
        for (const std::string& text :
             {"-" + size + "-", "--" + size, size + "--", "(-" + size + ")", "(" + size, size + ")",
              "((" + size + "))", "+-" + size, minus + minus + size, std::string("()"), minus,
              std::string("-")}) {
            CAPTURE(text);
            CHECK(!to_number(text, signs));
        }
    }
    CHECK(values_of({"12.5-", "(3)", minus + "4", "5"}) == std::vector<double>{-12.5, -3, -4, 5});
}

TEST_CASE("number signs: between commas groups may be those of India") {
    CHECK(to_number("1,00,000", {'.', ','}) == 100000);
    CHECK(to_number("-12,34,56,789.5", {'.', ','}) == -123456789.5);
    CHECK(values_of({"1,00,000", "99,999", "12,00,000"}) ==
          std::vector<double>{100000, 99999, 1200000});
    for (const char* text :
         {"1,00,00", "100,00,000", "1,0,000", "1,00,0000", "1,000,00", ",00,000"})
        CHECK_MESSAGE(!to_number(text, {'.', ','}), text);
    CHECK(!to_number("1 00 000", {'.', ' '}));
}

TEST_CASE("number signs: spaces that do not break part thousands and stand around numbers") {
    for (const std::string space : {"\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "\xe2\x80\x87"})
        CHECK(values_of({"1" + space + "234", space + "999", "12" + space + "000" + space}) ==
              std::vector<double>{1234, 999, 12000});
}

TEST_CASE("number signs: negative numbers in parentheses leave thousands as uncertain as others") {
    const auto message = message_of<ParseError>([] { values_of({"(998)", "(1.009)", "1.040-"}); });
    CHECK(message.find("it must be said whether a point is the decimal sign") != message.npos);
}

TEST_CASE("cell advice: what hinders a cell from being a number is named, with what to do") {
    for (const std::string cell : {"$12", "12$", "$1,234.5", "-$5", "$ 7"})
        CHECK(advice_on_no_number(cell) ==
              "numbers must stand without \"$\", which `sed 's/[$]//g'` removes");
    for (const std::string unit : {"%", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xb0"})
        for (const std::string& cell : {"12.5" + unit, unit + "12.5", "12,5 " + unit, "(3)" + unit})
            CHECK(advice_on_no_number(cell) ==
                  fmt::format("numbers must stand without \"{0}\", which `sed 's/{0}//g'` removes",
                              unit));
    for (const std::string unit : {"kg", "EUR", "m/s"})
        CHECK(advice_on_no_number("21.5 " + unit) ==
              fmt::format("numbers must stand without \"{}\": remove it from the column", unit));
    CHECK(advice_on_no_number("\xd9\xa1\xd9\xa2") ==
          "its digits are of another script and must be 0 to 9, as `sed 'y/"
          "\xd9\xa0\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7\xd9\xa8\xd9\xa9"
          "/0123456789/'` writes them");
    for (const char* digit : {"\xdb\xb5", "\xe0\xa5\xa7", "\xef\xbc\x93"})
        CHECK(advice_on_no_number(digit).starts_with("its digits are of another script"));
    CHECK(advice_on_no_number("1.5D+03") ==
          "its exponent must be written with e, as `sed 's/[dD]\\([+-]\\)/e\\1/g'` writes it");
    for (const char* cell : {"", "x", "12:30", "1.2.3", "N5X7", "NA", "-", "(", "$"})
        CHECK_MESSAGE(advice_on_no_number(cell).empty(), cell);
}

TEST_CASE("cell advice: it is what a table is refused with") {
    CHECK(message_of<ParseError>([] {
              values_of({"1", "2", "4%"});
          }) ==
          "data.csv: every cell of the column must be a finite number (\"4%\")\n"
          "  line 4, column 2 \"v\"\n"
          "  numbers must stand without \"%\", which `sed 's/%//g'` removes");
}
