#include <revolute/graph/error.hpp>
#include <revolute/tools/csv_dialect.hpp>
#include <revolute/tools/date.hpp>
#include <revolute/tools/detail/name_list.hpp>
#include <revolute/tools/detail/plural.hpp>
#include <revolute/tools/missing.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <system_error>
#include <tuple>

namespace revolute {

namespace {

/// By so many rows the delimiter is chosen.
constexpr std::size_t rows_to_look_at = 200;

bool is_group_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number_or_date(std::string_view cell, char decimal) {
    return to_number(cell, decimal) || DateFormat::of_iso(without_blanks(cell));
}

/// Which part of the cells below the first row are numbers, by either decimal sign, or dates.
double part_of_numbers(std::span<const CsvRow> rows) {
    std::size_t numbers = 0, cells = 0;
    for (const CsvRow& row : rows.subspan(rows.size() > 1 ? 1 : 0)) {
        cells += row.cells.size();
        numbers += static_cast<std::size_t>(std::ranges::count_if(row.cells, [](const auto& cell) {
            return is_number_or_date(cell, '.') || to_number(cell, ',');
        }));
    }
    return cells == 0 ? 0 : static_cast<double>(numbers) / static_cast<double>(cells);
}

/// How well a delimiter fits: the part of numbers and the cells in a row; none where rows differ in length
/// or have one cell.
std::optional<std::pair<double, std::size_t>> fit_of(std::string_view text, char delimiter) try {
    const std::vector<CsvRow> rows = csv_rows(text, delimiter, "", rows_to_look_at);
    const auto width = [](const CsvRow& row) { return row.cells.size(); };
    if (rows.empty() || width(rows.front()) < 2) return std::nullopt;
    const auto is_alike = [&](const CsvRow& row) { return width(row) == width(rows.front()); };
    if (!std::ranges::all_of(rows, is_alike)) return std::nullopt;
    return std::pair(part_of_numbers(rows), width(rows.front()));
} catch (const ParseError&) {
    return std::nullopt;
}

/// Whether every row below the first is one number, and some have a comma.
bool is_one_column_of_commas(std::string_view text) try {
    const std::vector<CsvRow> rows = csv_rows(text, ';', "", rows_to_look_at);
    bool has_comma = false;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const std::vector<std::string>& cells = rows[i].cells;
        if (cells.size() != 1 || !to_number(cells.front(), ',')) return false;
        has_comma = has_comma || cells.front().find(',') != std::string::npos;
    }
    return has_comma;
} catch (const ParseError&) {
    return false;
}

/// Columns below the first row that are numbers or dates, and not missing throughout.
bool is_column_of_numbers(std::span<const CsvRow> rows, std::size_t column, char decimal) {
    bool has_some = false;
    for (const CsvRow& row : rows.subspan(1)) {
        if (column >= row.cells.size()) continue;
        const std::string& cell = row.cells[column];
        if (is_usual_for_missing(cell)) continue;
        if (!is_number_or_date(cell, decimal)) return false;
        has_some = true;
    }
    return has_some;
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

}  // namespace

std::optional<char> delimiter_of_first_line(std::string_view text) {
    std::string line(text.substr(0, std::min<std::size_t>(text.find_first_of("\r\n"), 8)));
    std::erase(line, '"');
    std::ranges::transform(line, line.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (line.size() != 5 || !line.starts_with("sep=")) return std::nullopt;
    return line.back();
}

char detect_delimiter(std::string_view text) {
    constexpr char candidates[] = {',', ';', '\t', '|', blanks};
    std::optional<std::pair<double, std::size_t>> best;
    char chosen = ',';
    for (const char candidate : candidates)
        if (const auto fit = fit_of(text, candidate); fit && (!best || *fit > *best)) {
            best = fit;
            chosen = candidate;
        }
    if (best) return chosen;
    const std::string_view first = text.substr(0, text.find_first_of("\r\n"));
    const auto in_first = [&](char c) { return std::ranges::count(first, c); };
    if (in_first(',') == 0 && in_first(';') == 0 && is_one_column_of_commas(text)) return ';';
    return *std::ranges::max_element(std::span(candidates).first(4), {}, in_first);
}

char detect_decimal(std::span<const CsvRow> rows) {
    std::size_t by_comma = 0, by_point = 0, grouped = 0;
    for (const CsvRow& row : rows)
        for (const std::string& cell : row.cells) {
            const bool comma = to_number(cell, ',').has_value();
            const bool point = to_number(cell, '.').has_value();
            by_point += point && !comma ? 1 : 0;
            if (!comma || point) continue;
            ++by_comma;
            grouped += may_be_grouped(cell, ',') ? 1 : 0;
        }
    return by_comma > by_point && grouped < by_comma ? ',' : '.';
}

bool detect_header(std::span<const CsvRow> rows, char decimal, std::string_view source) {
    const CsvRow& first = rows.front();
    const auto is_value = [&](const std::string& cell) { return is_number_or_date(cell, decimal); };
    const bool all_values = std::ranges::all_of(first.cells, is_value);
    bool has_numbers_below = false;
    for (std::size_t column = 0; column < first.cells.size(); ++column) {
        if (!is_column_of_numbers(rows, column, decimal)) continue;
        if (!is_value(first.cells[column])) return true;
        has_numbers_below = true;
    }
    if (!has_numbers_below) return !all_values;
    if (!all_values || counts_up(first.cells)) refuse_first_row(source, first);
    return false;
}

void require_no_lines_above(std::span<const CsvRow> rows, std::string_view source) {
    const auto is_title = [](const CsvRow& row) {
        const auto is_empty = [](const std::string& cell) { return cell.empty(); };
        return row.cells.size() == 1 ||
               (row.cells.size() > 2 &&
                std::all_of(row.cells.begin() + 1, row.cells.end(), is_empty));
    };
    const std::size_t width = rows.back().cells.size();
    const auto header = std::ranges::find_if_not(rows, is_title);
    if (header == rows.begin() || header == rows.end() || header->cells.size() != width) return;
    const bool is_table = std::all_of(header, rows.end(),
                                      [&](const CsvRow& row) { return row.cells.size() == width; });
    if (!is_table) return;
    const auto last = header->line - 1;
    throw ParseError(fmt::format(
        "{}: must begin with the header, or with data, whose rows have {} from line {} on\n"
        "  line {} is \"{}\": remove {}",
        source, detail::plural(width, "cell"), header->line, rows.front().line,
        rows.front().cells.front(), last == 1 ? "line 1" : fmt::format("lines 1-{}", last)));
}

bool may_be_grouped(std::string_view cell, char sign) {
    cell = without_blanks(cell);
    if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
    const auto at = cell.find(sign);
    return at != cell.npos && at >= 1 && at <= 3 && cell.front() != '0' && cell.size() == at + 4 &&
           std::ranges::all_of(cell.substr(0, at), is_group_digit) &&
           std::ranges::all_of(cell.substr(at + 1), is_group_digit);
}

std::optional<double> to_number(std::string_view text, char decimal) {
    text = without_blanks(text);
    std::string with_point;
    if (decimal != '.') {
        if (text.find('.') != text.npos) return std::nullopt;
        with_point = text;
        std::ranges::replace(with_point, decimal, '.');
        text = with_point;
    }
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

}  // namespace revolute
