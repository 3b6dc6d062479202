#include <revolute/graph/values/error.hpp>
#include <revolute/tools/tables/date.hpp>
#include <revolute/tools/tables/missing.hpp>
#include <revolute/tools/tables/signs_in_numbers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace revolute {

namespace {

using CsvRows = std::span<const CsvRow>;

bool is_by_signs(const std::string& cell, NumberSigns signs) {
    return to_number(cell, signs) || is_usual_for_missing(cell) ||
           DateFormat::of_iso(without_blanks(cell));
}

bool are_by_signs(CsvRows rows, NumberSigns signs) {
    return std::ranges::all_of(rows, [&](const CsvRow& row) {
        return std::ranges::all_of(
            row.cells, [&](const std::string& cell) { return is_by_signs(cell, signs); });
    });
}

/// Whether the options leave it open, or say, that numbers are written so.
bool is_allowed(NumberSigns signs, const CsvOptions& options) {
    if (!options.signs().are_some() && options.beside) return signs == *options.beside;
    return options.signs().allow(signs);
}

/// The rows by that delimiter; none where they have different numbers of cells.
std::vector<CsvRow> even_rows(std::string_view text, char delimiter, std::size_t most) try {
    std::vector<CsvRow> rows = csv_rows(text, delimiter, "", most);
    const auto is_even = [&](const CsvRow& row) {
        return row.cells.size() == rows.front().cells.size();
    };
    if (!std::ranges::all_of(rows, is_even)) rows.clear();
    return rows;
} catch (const ParseError&) {
    return {};
}

/// The first number that has the sign in it.
void take_first_cell(CsvRows rows, char sign, SignInNumbers& reading) {
    for (const CsvRow& row : rows)
        for (const std::string& cell : row.cells) {
            const std::string_view inner = without_blanks(cell);
            if (inner.find(sign) == inner.npos || !is_number_by_some_signs(inner)) continue;
            reading.line = row.line;
            reading.cell = inner;
            return;
        }
}

/// What the numbers of rows say of a sign in them.
std::optional<SignInNumbers> sign_in_rows(CsvRows rows, char sign, const CsvOptions& options) {
    if (rows.empty()) return std::nullopt;
    SignInNumbers reading;
    const bool is_data = std::ranges::all_of(rows.front().cells, [](const std::string& cell) {
        return is_number_or_date(cell) || is_usual_for_missing(cell);
    });
    reading.has_header = options.has_header.value_or(!is_data);
    const CsvRows data = rows.subspan(reading.has_header ? 1 : 0);
    // An empty line below the first row parts a title from a table.
    if (data.empty() || std::ranges::all_of(data.front().cells, &std::string::empty))
        return std::nullopt;
    take_first_cell(data, sign, reading);
    if (reading.cell.empty()) return std::nullopt;
    for (const NumberSigns signs : all_number_signs) {
        if (signs.decimal != sign && signs.thousands != sign) continue;
        if (!is_allowed(signs, options) || !are_by_signs(data, signs)) continue;
        (signs.decimal == sign ? reading.may_be_decimal : reading.may_part_thousands) = true;
    }
    if (!reading.may_be_decimal && !reading.may_part_thousands) return std::nullopt;
    return reading;
}

}  // namespace

std::optional<SignInNumbers> sign_in_numbers(std::string_view text, char sign,
                                             const CsvOptions& options, std::size_t most_rows) {
    std::optional<SignInNumbers> result;
    for (const char delimiter : {';', '\t', '|', blanks, ','}) {
        if (delimiter == sign) continue;
        auto reading = sign_in_rows(even_rows(text, delimiter, most_rows), sign, options);
        if (!reading) continue;
        reading->delimiter = delimiter;
        if (!result) {
            result = std::move(reading);
            continue;
        }
        result->may_be_decimal = result->may_be_decimal || reading->may_be_decimal;
        result->may_part_thousands = result->may_part_thousands || reading->may_part_thousands;
    }
    return result;
}

void refuse_sign_in_numbers(std::string_view source, char sign, const SignInNumbers& reading) {
    const std::string name = number_sign_name(sign);
    std::string advice =
        fmt::format("if it parts cells: --delimiter {}", sign == blanks ? "blanks" : name);
    if (reading.may_be_decimal)
        advice += fmt::format("; if it is the decimal sign: --decimal {}", name);
    if (reading.may_part_thousands)
        advice += fmt::format("; if it parts thousands: --thousands {}", name);
    throw ParseError(fmt::format(
        "{}: it must be said whether {} parts cells or stands in numbers (\"{}\")\n  line {}\n  {}",
        source, number_sign_in_words(sign), reading.cell, reading.line, advice));
}

}  // namespace revolute
