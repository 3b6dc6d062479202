#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/tables/cell_advice.hpp>
#include <revolute/tools/training/series.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

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
    const auto advice_on = [](std::string_view cell, const char* encoding = "UTF-8") {
        return advice_on_no_number(cell, "a b.csv", encoding);
    };
    for (const std::string cell : {"$12", "12$", "$1,234.5", "-$5", "$ 7"})
        CHECK(advice_on(cell) ==
              "numbers must stand without \"$\": `sed 's/[$]//g' 'a b.csv'` prints the table "
              "without");
    for (const std::string unit : {"%", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xb0"})
        for (const std::string& cell : {"12.5" + unit, unit + "12.5", "12,5 " + unit, "(3)" + unit})
            CHECK(advice_on(cell) ==
                  fmt::format("numbers must stand without \"{0}\": `sed 's/{0}//g' 'a b.csv'` "
                              "prints the table without",
                              unit));
    CHECK(advice_on("5 \xe2\x82\xac", "WINDOWS-1252") ==
          "numbers must stand without \"\xe2\x82\xac\": `iconv -f WINDOWS-1252 -t UTF-8 'a b.csv' "
          "| sed 's/\xe2\x82\xac//g'` prints the table without");
    for (const std::string unit : {"kg", "EUR", "m/s"})
        CHECK(advice_on("21.5 " + unit) ==
              fmt::format("numbers must stand without \"{}\": remove it from the column", unit));
    CHECK(advice_on("\xd9\xa1\xd9\xa2") ==
          "its digits are of another script and must be 0 to 9: `sed 's/\xd9\xa0/0/g;"
          "s/\xd9\xa1/1/g;s/\xd9\xa2/2/g;s/\xd9\xa3/3/g;s/\xd9\xa4/4/g;s/\xd9\xa5/5/g;"
          "s/\xd9\xa6/6/g;s/\xd9\xa7/7/g;s/\xd9\xa8/8/g;s/\xd9\xa9/9/g' 'a b.csv'` prints the "
          "table with them");
    for (const char* digit : {"\xdb\xb5", "\xe0\xa5\xa7", "\xef\xbc\x93"})
        CHECK(advice_on(digit).starts_with("its digits are of another script"));
    CHECK(advice_on("1.5D+03") ==
          "its exponent must be written with e: `sed 's/\\([0-9.]\\)[dD]\\([-+]\\{0,1\\}[0-9]\\)/"
          "\\1e\\2/g' 'a b.csv'` prints the table so");
    for (const char* cell : {"", "x", "12:30", "1.2.3", "N5X7", "NA", "-", "(", "$"})
        CHECK_MESSAGE(advice_on(cell).empty(), cell);
}

TEST_CASE("cell advice: it is what a table is refused with") {
    CHECK(message_of<ParseError>([] {
              values_of({"1", "2", "4%"});
          }) ==
          "data.csv: every cell of the column must be a finite number (\"4%\")\n"
          "  line 4, column 2 \"v\"\n"
          "  numbers must stand without \"%\": `sed 's/%//g' data.csv` prints the table without");
}

namespace {

/// What a message says between backticks.
std::vector<std::string> commands_in(const std::string& message) {
    std::vector<std::string> commands;
    for (std::size_t end = 0, begin = 0; (begin = message.find('`', end)) != message.npos; ++end) {
        end = message.find('`', begin + 1);
        REQUIRE(end != message.npos);
        commands.push_back(message.substr(begin + 1, end - begin - 1));
    }
    return commands;
}

/// What a shell's command prints, which must succeed, in a folder.
std::string printed_by(const std::string& command, const std::string& locale,
                       const test::TemporaryFolder& folder) {
    const std::filesystem::path output = folder / "printed";
    const std::string line =
        fmt::format("cd '{}' && LC_ALL={} && export LC_ALL && {{ {}; }} > '{}'",
                    folder.path().string(), locale, command, output.string());
    REQUIRE(std::system(line.c_str()) == 0);
    return read_file(output);
}

/// Text in another encoding.
std::string encoded(const std::string& text, const std::string& encoding,
                    const test::TemporaryFolder& folder) {
    write_file(folder / "text", text);
    return printed_by("iconv -f UTF-8 -t " + encoding + " text", "C", folder);
}

}  // namespace

TEST_CASE("cell advice: each command works as it stands, on the file as it is, in any locale") {
    struct Written {
        std::string cell, encoding;
    };
    std::vector<Written> all;
    for (const char* encoding : {"UTF-8", "WINDOWS-1252", "UTF-16LE", "UTF-16"})
        for (const char* cell : {"{}%", "$ {}", "{}D+01", "{}d1", "{}D-2", "{} \xe2\x82\xac",
                                 "\xc2\xa3{}", "{}\xc2\xb0", "-${}"})
            all.push_back({cell, encoding});
    // 49 in other scripts
    for (const char* digits : {"\xd9\xa4\xd9\xa9", "\xdb\xb4\xdb\xb9", "\xe0\xa5\xaa\xe0\xa5\xaf",
                               "\xef\xbc\x94\xef\xbc\x99"})
        for (const char* encoding : {"UTF-8", "UTF-16BE"}) all.push_back({digits, encoding});
    for (const Written& written : all) {
        CAPTURE(written.cell);
        CAPTURE(written.encoding);
        const test::TemporaryFolder folder;
        std::string text =
            "t;Gr\xc3\xb6\xc3\x9f"
            "e\n";
        for (int i = 1; i < 7; ++i) {
            std::string cell = written.cell;
            if (const auto place = cell.find("{}"); place != cell.npos)
                cell.replace(place, 2, fmt::format("{}", i + 3));
            text += fmt::format("{};{}\n", i, cell);
        }
        const std::filesystem::path file = folder / "it's a table.csv";
        write_file(file, encoded(text, written.encoding, folder));
        const auto refusal = message_of<ParseError>([&] { read_series(Table::read(file)); });
        CAPTURE(refusal);
        const std::vector<std::string> commands = commands_in(refusal);
        REQUIRE(commands.size() == 1);
        for (const char* locale : {"C", "C.UTF-8"}) {
            const std::string mended = printed_by(commands.front(), locale, folder);
            CAPTURE(mended);
            const Series series = read_series(Table::parse(mended, "mended.csv"));
            CHECK(series.row_count() == 6);
            CHECK(series.targets.front().name ==
                  "Gr\xc3\xb6\xc3\x9f"
                  "e");
        }
    }
}

TEST_CASE("cell advice: options for a missing value are words of a shell as they stand") {
    const test::TemporaryFolder folder;
    for (const std::string cell :
         {"x", "not known", "$HOME", "it's", "`date`", "a\"b", "#", "a;b", "-x", "*x*", "k\\n"}) {
        CAPTURE(cell);
        const std::string refusal = message_of<ParseError>([&] { values_of({"1", cell, "3"}); });
        const std::size_t begin = refusal.find("--missing-values="),
                          end = refusal.find(", with --missing drop");
        REQUIRE(begin != refusal.npos);
        REQUIRE(end != refusal.npos);
        CHECK(printed_by("printf %s " + refusal.substr(begin, end - begin), "C", folder) ==
              "--missing-values=" + cell);
    }
}
