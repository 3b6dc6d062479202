#pragma once

/// @file
/// Commas and blanks that part no cells but stand in numbers.

#include <revolute/tools/tables/csv_dialect.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace revolute {

/// A way to read a text in which a comma or blank parts no cells but stands in numbers, as in
/// 12552,32 or 1 200: by another delimiter, or with one cell to a row.
struct SignInNumbers {
    char delimiter = ';';             ///< the other delimiter
    bool may_be_decimal = false;      ///< before fractions in the numbers
    bool may_part_thousands = false;  ///< between their thousands
    bool has_header = false;          ///< whether the first row is neither numbers nor dates
    int line = 1;                     ///< of the first cell below the header that has the sign
    std::string cell{};               ///< that cell
};

/// How the first rows, or all, could be read so: rows have equally many cells, and below the header
/// each is a number by one kind of signs, a date, or one of the texts that usually stand for a
/// missing value. Signs are those that the options allow; where they name a table that this one
/// goes on from, its signs. None where no reading is so.
std::optional<SignInNumbers> sign_in_numbers(std::string_view text, char sign,
                                             const CsvOptions& options, std::size_t most_rows);

/// Throws ParseError naming `source`, which says by which options either reading is chosen.
[[noreturn]] void refuse_sign_in_numbers(std::string_view source, char sign,
                                         const SignInNumbers& reading);

}  // namespace revolute
