#pragma once

#include <revolute/tools/csv_rows.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// How a CSV file is written.
struct CsvDialect {
    char delimiter = ',';
    char decimal = '.';
    bool has_header = true;

    friend bool operator==(const CsvDialect&, const CsvDialect&) = default;
};

/// What is known of a dialect before; what is not given is detected.
struct CsvOptions {
    std::optional<std::string> encoding{};
    std::optional<char> delimiter{};
    std::optional<char> decimal{};
    std::optional<bool> has_header{};
};

/// The delimiter of the line "sep=;" that spreadsheets write and read before all others; none without one.
std::optional<char> delimiter_of_first_line(std::string_view text);

/// The delimiter of a text without such a line, among comma, semicolon, tab, bar and blanks: of those that
/// give all rows equally many cells, two or more, the one by which most cells are numbers or dates. Where
/// there is none, the one that the first line has most of.
char detect_delimiter(std::string_view text);

/// A comma where more cells are numbers by it alone than by a point alone, and not all of them could be
/// thousands in groups (1,234); else a point.
char detect_decimal(std::span<const CsvRow> rows);

/// Whether a cell is a number by this sign as its decimal sign, and another by it between thousands: 1,234.
bool may_be_grouped(std::string_view cell, char sign);

/// Throws ParseError naming `source` where titles stand above a table of two columns or more: lines of one cell, or
/// of three or more of which only the first says something. It says which lines to remove.
void require_no_lines_above(std::span<const CsvRow> rows, std::string_view source);

/// Whether the first row names the columns. It does where, over a column of numbers or dates, it has
/// something else. It does not where all of it is numbers and dates. Throws ParseError naming `source`
/// where neither can be told: names and numbers mixed, or numbers that count up, as names may.
bool detect_header(std::span<const CsvRow> rows, char decimal, std::string_view source);

/// The finite number that the whole text is, blanks around it aside; none when it is not one. The decimal
/// sign does not depend on the locale.
std::optional<double> to_number(std::string_view text, char decimal = '.');

}  // namespace revolute
