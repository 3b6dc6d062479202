#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/name_list.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/support/detail/small_letters.hpp>
#include <revolute/tools/tables/csv_dialect.hpp>
#include <revolute/tools/tables/csv_shape.hpp>
#include <revolute/tools/tables/date.hpp>
#include <revolute/tools/tables/missing.hpp>
#include <revolute/tools/tables/signs_in_numbers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace revolute {

namespace {

/// By so many rows the delimiter is chosen.
constexpr std::size_t rows_to_look_at = 200;

/// Which part of the cells below the first row are numbers or dates.
double part_of_values(std::span<const CsvRow> rows) {
    std::size_t values = 0, cells = 0;
    for (const CsvRow& row : rows.subspan(rows.size() > 1 ? 1 : 0)) {
        cells += row.cells.size();
        values += static_cast<std::size_t>(std::ranges::count_if(row.cells, is_number_or_date));
    }
    return cells == 0 ? 0 : static_cast<double>(values) / static_cast<double>(cells);
}

/// Where the rows begin that, to the last, have as many cells as that.
std::size_t first_even_row(std::span<const CsvRow> rows) {
    std::size_t first = rows.size();
    while (first > 0 && rows[first - 1].cells.size() == rows.back().cells.size()) --first;
    return first;
}

/// Whether a row has one cell, or three or more of which only the first says something that is no
/// number or date.
bool is_title(const CsvRow& row) {
    const auto is_empty = [](const std::string& cell) { return cell.empty(); };
    return row.cells.size() == 1 ||
           (row.cells.size() > 2 && !is_number_or_date(row.cells.front()) &&
            std::all_of(row.cells.begin() + 1, row.cells.end(), is_empty));
}

/// Whether over a column of numbers or dates the first row has something else.
bool begins_with_names(std::span<const CsvRow> rows);
/// How many rows of names and of units, with no numbers, stand over numbers or dates, where they
/// are three or four, as loggers write them; else 0.
std::size_t rows_of_names_and_units(std::span<const CsvRow> rows);

/// How many rows stand above a table of two columns or more, whose rows have equally many cells:
/// titles, or what else has another number of cells above a row of names. None where rows differ
/// otherwise.
std::optional<std::size_t> rows_above(std::span<const CsvRow> rows) {
    if (rows.empty() || rows.back().cells.size() < 2) return std::nullopt;
    const std::size_t even = first_even_row(rows);
    const auto titles =
        static_cast<std::size_t>(std::ranges::find_if_not(rows, is_title) - rows.begin());
    const bool are_titles = titles >= even && titles < rows.size();
    const std::size_t above = are_titles ? titles : even;
    if (above > rows.size() - above)
        return std::nullopt;  // what ends the file is no table, but a note below one
    if (titles >= even) return above;
    const std::span<const CsvRow> below = rows.subspan(even);
    if (below.size() > 1 && (begins_with_names(below) || rows_of_names_and_units(below) > 0))
        return even;
    return std::nullopt;
}

/// How well a delimiter fits: whether rows are even from the first on, the part of numbers, and the
/// cells in a row; none where rows differ in length or have one cell.
using Fit = std::tuple<bool, double, std::size_t>;

std::optional<Fit> fit_of(std::string_view text, char delimiter) try {
    std::vector<CsvRow> rows = csv_rows(text, delimiter, "", rows_to_look_at);
    name_row_names(rows);
    const std::optional<std::size_t> above = rows_above(rows);
    if (!above) return std::nullopt;
    // Blanks may part thousands as well, so that they give more cells tells nothing.
    const std::size_t width = delimiter == blanks ? 0 : rows.back().cells.size();
    return Fit(first_even_row(rows) == 0, part_of_values(std::span(rows).subspan(*above)), width);
} catch (const ParseError&) {
    return std::nullopt;
}

/// Whether a cell of a table with that delimiter has it within quotes.
bool is_within_quotes(std::string_view text, char delimiter) try {
    const std::vector<CsvRow> rows = csv_rows(text, delimiter, "", rows_to_look_at);
    return std::ranges::any_of(rows, [&](const CsvRow& row) {
        return std::ranges::any_of(row.cells, [&](const std::string& cell) {
            return cell.find(delimiter) != std::string::npos;
        });
    });
} catch (const ParseError&) {
    return false;
}

/// Columns below the first row that are numbers or dates, and not missing throughout.
bool is_column_of_numbers(std::span<const CsvRow> rows, std::size_t column) {
    bool has_some = false;
    for (const CsvRow& row : rows.subspan(1)) {
        if (column >= row.cells.size()) continue;
        const std::string& cell = row.cells[column];
        if (is_usual_for_missing(cell)) continue;
        if (!is_number_or_date(cell)) return false;
        has_some = true;
    }
    return has_some;
}

bool begins_with_names(std::span<const CsvRow> rows) {
    const std::vector<std::string>& first = rows.front().cells;
    const auto has_number = [](const CsvRow& row, std::size_t column) {
        return column < row.cells.size() && is_number_by_some_signs(row.cells[column]);
    };
    for (std::size_t column = 0; column < first.size(); ++column) {
        if (has_number(rows.front(), column) || !is_column_of_numbers(rows, column)) continue;
        // A date names a column too, 2019Q1, but none of dates.
        const bool has_dates = std::ranges::none_of(
            rows.subspan(1), [&](const CsvRow& row) { return has_number(row, column); });
        if (!is_number_or_date(first[column]) || !has_dates) return true;
    }
    return false;
}

/// Whether the second row too has names over columns of numbers or dates, two at least, and nothing
/// else there.
bool has_two_rows_of_names(std::span<const CsvRow> rows) {
    if (rows.size() < 4) return false;
    std::size_t columns = 0;
    for (std::size_t column = 0; column < rows[1].cells.size(); ++column) {
        if (!is_column_of_numbers(rows.subspan(1), column)) continue;
        const std::string& cell = rows[1].cells[column];
        if (is_number_or_date(cell) || is_usual_for_missing(cell)) return false;
        ++columns;
    }
    return columns >= 2;
}

std::size_t rows_of_names_and_units(std::span<const CsvRow> rows) {
    constexpr std::size_t most = 4;
    std::size_t names = 0;
    const auto has_no_values = [](const CsvRow& row) {
        return std::ranges::none_of(row.cells, is_number_or_date);
    };
    while (names <= most && names < rows.size() && has_no_values(rows[names])) ++names;
    if (names < 3 || names > most || rows.size() < names + 2) return 0;
    const std::span<const CsvRow> last = rows.subspan(names - 1);
    for (std::size_t column = 0; column < last.front().cells.size(); ++column)
        if (is_column_of_numbers(last, column)) return names;
    return 0;
}

/// 0, 1, 2 or 1990, 1991: numbers that may name columns.
bool counts_up(std::span<const std::string> cells) {
    for (std::size_t i = 1; i < cells.size(); ++i)
        if (to_number(cells[i]) != to_number(cells[i - 1]).value_or(0) + 1) return false;
    return cells.size() > 1;
}

[[noreturn]] void refuse_first_row(std::string_view source, const CsvRow& first) {
    throw ParseError(
        fmt::format("{}: it must be said whether the first row names the columns\n"
                    "  line {} is: {}\n"
                    "  --header if they are names, --no-header if they are data",
                    source, first.line, detail::name_list(first.cells)));
}

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find_first_of("\r\n"));
}

/// Whether the first row says by its names that cells end at that sign: it has several, and no
/// blank behind a comma, as a comma in a name has.
bool parts_names(std::string_view text, char sign) try {
    const std::vector<CsvRow> rows = csv_rows(text, sign, "", 1);
    return sign != blanks && !rows.empty() && rows.front().cells.size() > 1 &&
           std::ranges::none_of(rows.front().cells,
                                [](const std::string& cell) { return cell.starts_with(' '); });
} catch (const ParseError&) {
    return false;
}

/// What parts cells where a comma or blank stands in numbers instead; none where it parts cells.
/// Throws ParseError naming `source` where either may be.
std::optional<char> delimiter_beside(std::string_view text, char sign, std::string_view source,
                                     const CsvOptions& options) {
    if (!sign_in_numbers(text, sign, options, rows_to_look_at)) return std::nullopt;
    const auto reading =
        sign_in_numbers(text, sign, options, std::numeric_limits<std::size_t>::max());
    if (!reading || is_within_quotes(text, sign)) return std::nullopt;
    if (reading->has_header && parts_names(text, sign)) return std::nullopt;
    const std::string_view first = first_line(text);
    const bool is_one_name = reading->has_header && first.find(sign) == first.npos;
    if (is_one_name || options.beside) return reading->delimiter;
    refuse_sign_in_numbers(source, sign, *reading);
}

/// Throws ParseError where the names have commas between them, though numbers have them as it was
/// told.
void require_one_name(std::string_view text, std::string_view source) {
    if (!parts_names(text, ',')) return;
    const CsvRow first = csv_rows(text, ';', source, 1).front();
    if (is_number_or_date(first.cells.front())) return;
    throw ParseError(fmt::format(
        "{}: it must be said whether line {} is one name, for commas were told to be signs of "
        "numbers\n  it is \"{}\"\n  if it is one: --delimiter semicolon; if commas part cells, "
        "but for those in quotes: --delimiter comma",
        source, first.line, detail::printable(first.cells.front())));
}

}  // namespace

std::optional<char> delimiter_of_first_line(std::string_view text) {
    std::string line(text.substr(0, std::min<std::size_t>(text.find_first_of("\r\n"), 8)));
    std::erase(line, '"');
    if (line.size() != 5 || !detail::in_small_letters(line).starts_with("sep="))
        return std::nullopt;
    return line.back();
}

bool is_number_or_date(std::string_view cell) {
    if (is_number_by_some_signs(cell)) return true;
    cell = without_blanks(cell);
    const bool has_hours_alone = cell.find(' ') != cell.npos && cell.find(':') == cell.npos;
    return !has_hours_alone && DateFormat::of_iso(cell);
}

char detect_delimiter(std::string_view text, std::string_view source, const CsvOptions& options) {
    const ToldSigns told = options.signs();
    std::vector<char> candidates{',', ';', '\t', '|', blanks};
    std::erase_if(candidates, [&](char candidate) {
        // Numbers would end in their midst, but for those in quotes.
        const bool is_in_numbers = candidate == told.thousands || candidate == told.decimal;
        return is_in_numbers && !is_within_quotes(text, candidate);
    });
    std::optional<Fit> best;
    char chosen = candidates.front();
    for (const char candidate : candidates)
        if (const auto fit = fit_of(text, candidate); fit && (!best || *fit > *best)) {
            best = fit;
            chosen = candidate;
        }
    const bool is_even = best && std::get<bool>(*best);
    for (const char sign : {',', blanks})
        if ((is_even ? sign == chosen : std::ranges::find(candidates, sign) != candidates.end()))
            if (const auto other = delimiter_beside(text, sign, source, options)) return *other;
    if (best) return chosen;
    if (candidates.front() != ',' && !text.empty()) require_one_name(text, source);
    std::erase(candidates, blanks);
    const std::string_view first = first_line(text);
    return *std::ranges::max_element(candidates, {},
                                     [&](char c) { return std::ranges::count(first, c); });
}

bool detect_header(std::span<const CsvRow> rows, std::string_view source) {
    const CsvRow& first = rows.front();
    if (begins_with_names(rows)) return true;
    const bool all_values = std::ranges::all_of(first.cells, is_number_or_date);
    bool has_numbers_below = false;
    for (std::size_t column = 0; column < first.cells.size(); ++column)
        has_numbers_below = has_numbers_below || is_column_of_numbers(rows, column);
    if (!has_numbers_below) return !all_values;
    if (!all_values || counts_up(first.cells)) refuse_first_row(source, first);
    return false;
}

void require_no_lines_above(std::span<const CsvRow> rows, std::string_view source) {
    const std::size_t above = rows_above(rows).value_or(0);
    if (const std::size_t names = rows_of_names_and_units(rows); above == 0 && names > 0)
        throw ParseError(fmt::format(
            "{}: must have one row of names at most, above the numbers\n"
            "  lines {}-{} have names and units; line {} is {}\n  remove all but one of them",
            source, rows[0].line, rows[names - 1].line, rows[0].line,
            detail::name_list(rows[0].cells)));
    if (above == 0 && rows.front().cells.size() > 1 && first_even_row(rows) == 0 &&
        has_two_rows_of_names(rows))
        throw ParseError(
            fmt::format("{}: must have one row of names at most, above the numbers\n"
                        "  line {} is {}\n  line {} is {}\n  remove one of them",
                        source, rows[0].line, detail::name_list(rows[0].cells), rows[1].line,
                        detail::name_list(rows[1].cells)));
    if (above == 0) return;
    const auto last = rows[above].line - 1;
    throw ParseError(fmt::format(
        "{}: must begin with the header, or with data, whose rows have {} from line {} on\n"
        "  line {} is \"{}\": remove {}",
        source, detail::plural(rows.back().cells.size(), "cell"), rows[above].line,
        rows.front().line, detail::printable(rows.front().cells.front()),
        last == 1 ? "line 1" : fmt::format("lines 1-{}", last)));
}

}  // namespace revolute
