#pragma once

/// @file
/// How a CSV file is written, told or detected.

#include <revolute/tools/tables/csv_rows.hpp>
#include <revolute/tools/tables/number_signs.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// How a CSV file is written.
struct CsvDialect {
    char delimiter = ',';      ///< between cells
    char decimal = '.';        ///< before the fraction of a number
    bool has_header = true;    ///< whether the first row names the columns
    char thousands = no_sign;  ///< between groups of three digits

    friend bool operator==(const CsvDialect&, const CsvDialect&) = default;
};

/// What is known of a dialect before; what is not given is detected.
struct CsvOptions {
    std::optional<std::string> encoding{};  ///< of the bytes, as iconv calls it
    std::optional<char> delimiter{};        ///< between cells
    std::optional<char> decimal{};          ///< before the fraction of a number
    std::optional<bool> has_header{};       ///< whether the first row names the columns
    std::optional<char> thousands{};        ///< between groups of three digits
    /// The signs of the table that this one goes on from, by which numbers are read that others
    /// would read too.
    std::optional<NumberSigns> beside{};

    /// The signs of numbers that are given.
    ToldSigns signs() const { return {decimal, thousands}; }
};

/// The delimiter of the line "sep=;" that spreadsheets write and read before all others; none
/// without one.
std::optional<char> delimiter_of_first_line(std::string_view text);

/// Whether a cell is a number or a date; not "2019-06-30 12", which rather is the half of
/// "2019-06-30 12,5".
bool is_number_or_date(std::string_view cell);

/// The delimiter of a text without such a line, among comma, semicolon, tab, bar and blanks: of
/// those that give all rows equally many cells, two or more, the one by which most cells are
/// numbers or dates; titles may stand above the rows where no delimiter gives even rows from the
/// first on. Where there is none, the one that the first line has most of. Never a sign of numbers
/// that was told, but where numbers with it are in quotes. Throws ParseError naming `source` where
/// a comma or blanks may as well stand in numbers as between cells, and no name tells.
char detect_delimiter(std::string_view text, std::string_view source,
                      const CsvOptions& options = {});

/// Throws ParseError naming `source` where something stands above a table of two columns or more:
/// titles, or a second row of names. It says which lines to remove.
void require_no_lines_above(std::span<const CsvRow> rows, std::string_view source);

/// Whether the first row names the columns. It does where, over a column of numbers or dates, it
/// has something else. It does not where all of it is numbers and dates. Throws ParseError naming
/// `source` where neither can be told: names and numbers mixed, or numbers that count up, as names
/// may.
bool detect_header(std::span<const CsvRow> rows, std::string_view source);

}  // namespace revolute
