#pragma once

/// @file
/// Text split into rows of cells.

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// A row of a CSV file: where it begins, and its cells.
struct CsvRow {
    int line = 1;                    ///< of the file, from 1
    std::vector<std::string> cells;  ///< without their quotes
    bool begins_quoted = false;      ///< whether the first cell is in quotes
};

/// Stands for runs of blanks and tabs as a delimiter.
inline constexpr char blanks = ' ';

/// Splits text into rows of cells (RFC 4180: cells may be quoted; a quote in them is doubled;
/// blanks around the quotes are none of the cell). Lines end in LF, CRLF or CR. Empty lines at the
/// end are passed over. At most so many rows are read. Throws ParseError naming `source` and the
/// line for a quote that is not closed, or after which anything but the delimiter or the line's end
/// comes.
std::vector<CsvRow> csv_rows(std::string_view text, char delimiter, std::string_view source,
                             std::size_t most = std::numeric_limits<std::size_t>::max());

/// "a comma", "a tab": a delimiter or decimal sign in words.
std::string sign_in_words(char sign);

/// The text without blanks at its ends.
std::string_view without_blanks(std::string_view text);

}  // namespace revolute
