#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/tables/csv_shape.hpp>
#include <revolute/tools/tables/missing.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

namespace revolute {

namespace {

/// Whether the rows below the header begin with names of theirs, no two alike.
bool begin_with_row_names(std::span<const CsvRow> rows, std::size_t names_of_columns) {
    std::set<std::string_view> seen;
    bool are_quoted = true, count_up = true, are_no_numbers = names_of_columns > 1;
    for (const CsvRow& row : rows) {
        const std::string_view name = row.cells.front();
        if (name.empty() || !seen.insert(name).second) return false;
        are_quoted = are_quoted && row.begins_quoted;
        count_up = count_up && name == fmt::format("{}", seen.size());
        are_no_numbers = are_no_numbers && !is_number_by_some_signs(name);
    }
    return are_quoted || count_up || are_no_numbers;
}

/// Whether a row is none of data: without a number or date, or of another length and not of these
/// alone.
bool is_note(const CsvRow& row, std::size_t width) {
    const auto values =
        static_cast<std::size_t>(std::ranges::count_if(row.cells, is_number_or_date));
    return values == 0 || (row.cells.size() != width && values < row.cells.size());
}

/// Where the notes below a table begin; the number of rows where there are none.
std::size_t first_note(std::span<const CsvRow> rows) {
    const std::size_t width = rows.front().cells.size();
    std::size_t first = rows.size();
    while (first > 0 && is_note(rows[first - 1], width)) --first;
    return 2 * first >= rows.size() ? first : rows.size();
}

bool is_empty_line(const CsvRow& row) { return row.cells.size() == 1 && row.cells.front().empty(); }

/// "lines 3, 7 and 9-12".
std::string lines_in_words(const std::vector<int>& lines) {
    constexpr std::size_t most = 12;
    std::vector<std::string> parts;
    for (std::size_t i = 0, next = 0; i < lines.size(); i = next) {
        for (next = i + 1; next < lines.size() && lines[next] == lines[next - 1] + 1;) ++next;
        parts.push_back(next - i == 1 ? fmt::format("{}", lines[i])
                                      : fmt::format("{}-{}", lines[i], lines[next - 1]));
    }
    std::string words = lines.size() == 1 ? "line " : "lines ";
    const std::size_t shown = parts.size() <= most ? parts.size() : most - 1;
    for (std::size_t i = 0; i < shown; ++i) {
        const bool is_last = i + 1 == parts.size();
        words += fmt::format("{}{}", i == 0 ? "" : (is_last ? " and " : ", "), parts[i]);
    }
    return shown == parts.size() ? words
                                 : fmt::format("{} and {} more", words, parts.size() - shown);
}

/// Refuses empty lines and notes below the table, all of them at once.
void refuse_lines_between_and_below(std::span<const CsvRow> rows, std::size_t notes,
                                    std::string_view source) {
    std::vector<int> empty, below;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (i >= notes)
            below.push_back(rows[i].line);
        else if (is_empty_line(rows[i]))
            empty.push_back(rows[i].line);
    if (below.empty())
        throw ParseError(fmt::format("{}: no line may be empty between rows\n  {} {}: remove {}",
                                     source, lines_in_words(empty),
                                     empty.size() == 1 ? "is" : "are",
                                     empty.size() == 1 ? "it" : "them"));
    const auto first = std::ranges::find_if_not(rows.subspan(notes), is_empty_line);
    std::vector<int> all = empty;
    all.insert(all.end(), below.begin(), below.end());
    throw ParseError(fmt::format(
        "{}: must end with its last row of {}, in line {}\n  line {} is \"{}\": remove {}", source,
        detail::plural(rows.front().cells.size(), "cell"), rows[notes - 1].line, first->line,
        detail::printable(first->cells.front()), lines_in_words(all)));
}

}  // namespace

bool name_row_names(std::vector<CsvRow>& rows) {
    if (rows.size() < 2) return false;
    const std::size_t names = rows.front().cells.size();
    const std::span<const CsvRow> below(rows.begin() + 1, rows.end());
    const auto is_wider = [&](const CsvRow& row) { return row.cells.size() == names + 1; };
    const auto ends_empty = [](const CsvRow& row) { return row.cells.back().empty(); };
    // A delimiter at the end of each row names no row.
    if (!std::ranges::all_of(below, is_wider) || std::ranges::all_of(below, ends_empty))
        return false;
    if (!begin_with_row_names(below, names)) return false;
    // Below a title the first of those rows is the header.
    if (std::ranges::none_of(below.front().cells, is_number_or_date)) return false;
    if (std::ranges::find(rows.front().cells, row_names) != rows.front().cells.end()) return false;
    rows.front().cells.insert(rows.front().cells.begin(), std::string(row_names));
    return true;
}

void require_even_rows(std::span<const CsvRow> rows, std::string_view source,
                       const CsvDialect& dialect) {
    const std::size_t width = rows.front().cells.size();
    const auto is_even = [&](const CsvRow& row) { return row.cells.size() == width; };
    const auto uneven = std::ranges::find_if_not(rows, is_even);
    if (uneven == rows.end()) return;
    const std::size_t notes = first_note(rows);
    if (is_empty_line(*uneven) || static_cast<std::size_t>(uneven - rows.begin()) >= notes)
        refuse_lines_between_and_below(rows, notes, source);
    const char* const first = dialect.has_header ? "header" : "first row";
    const bool lacks_a_name = dialect.has_header && uneven == rows.begin() + 1 &&
                              uneven->cells.size() == width + 1 &&
                              std::ranges::none_of(rows.subspan(1), is_even);
    throw ParseError(fmt::format(
        "{}: every row must have as many cells as the {}\n"
        "  line {} has {}, the {} has {}; cells end at {} (--delimiter){}",
        source, first, uneven->line, detail::plural(uneven->cells.size(), "cell"), first, width,
        sign_in_words(dialect.delimiter),
        lacks_a_name ? "\n  all rows have one more: the header lacks a name, of the first column "
                       "where rows have names, or a delimiter at its end"
                     : ""));
}

}  // namespace revolute
