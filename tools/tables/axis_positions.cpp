#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/support/detail/shell_word.hpp>
#include <revolute/tools/support/detail/small_letters.hpp>
#include <revolute/tools/tables/axis_positions.hpp>
#include <revolute/tools/tables/date_guess.hpp>
#include <revolute/tools/tables/missing.hpp>
#include <revolute/tools/tables/time_words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace revolute {

namespace {

/// The rows' values as far as `read` can tell them; none where it cannot for one.
template <class Read>
std::optional<std::vector<double>> all_values(const Table& table, RowNumbers rows,
                                              std::size_t column, const Read& read) {
    std::vector<double> values;
    for (const std::size_t row : rows) {
        const std::optional<double> value = read(table.cell(row, column));
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

std::optional<Positions> numbers_in(const Table& table, RowNumbers rows, std::size_t column) {
    auto values = all_values(table, rows, column, [&](std::string_view cell) {
        return to_number(cell, table.signs(column));
    });
    if (!values || rows.empty()) return std::nullopt;
    return Positions{column, std::move(*values)};
}

/// Months that are numbers too; letters stand for digits.
struct MonthFormat {
    std::string_view form;
    const char* format;
};
constexpr MonthFormat months_as_numbers[] = {
    {"YYYYMM", "%Y%m"}, {"MM.YYYY", "%m.%Y"}, {"YYYY.MM", "%Y.%m"}};

bool has_form(std::string_view text, std::string_view form) {
    return std::ranges::equal(text, form, [](char c, char of_form) {
        return of_form == '.' ? c == '.' : c >= '0' && c <= '9';
    });
}

/// 202312, 202401, or 12.2023, 01.2024: numbers that are months of years, all of them, and are at
/// equal distances as such in the main.
std::optional<Positions> months_by(const Table& table, RowNumbers rows, std::size_t column,
                                   const MonthFormat& months) {
    const DateFormat format(months.format);
    const auto read = [&](std::string_view cell) -> std::optional<double> {
        cell = without_blanks(cell);
        if (!has_form(cell, months.form)) return std::nullopt;
        const std::string_view year = cell.substr(months.form.find('Y'), 4);
        return year >= "1500" && year < "2200" ? format.parse(cell) : std::nullopt;
    };
    constexpr std::size_t least = 3;  // fewer may be months by chance
    auto values = all_values(table, rows, column, read);
    if (!values || values->size() < least) return std::nullopt;
    std::vector<double> places = *values;
    const DateScale scale{.unit = DateUnit::month, .format = format};
    for (double& place : places) place = scale.place(place);
    if (!common_step(places)) return std::nullopt;
    const std::string_view first = without_blanks(table.cell(rows.front(), column));
    return Positions{column, std::move(*values), format,
                     fmt::format("\"{}\" is read as months: {} is {}-{}", table.columns()[column],
                                 first, first.substr(months.form.find('Y'), 4),
                                 first.substr(months.form.find('M'), 2))};
}

std::optional<Positions> months_in(const Table& table, RowNumbers rows, std::size_t column) {
    for (const MonthFormat& months : months_as_numbers)
        if (auto positions = months_by(table, rows, column, months)) return positions;
    return std::nullopt;
}

/// Days with times that are numbers too.
struct DigitFormat {
    std::size_t digits;
    const char* format;
};
constexpr DigitFormat times_as_numbers[] = {
    {10, "%Y%m%d%H"}, {12, "%Y%m%d%H%M"}, {14, "%Y%m%d%H%M%S"}};

/// 202001310000, 202002010000: numbers of so many digits, all of which are dates with a time.
std::optional<Positions> times_in_digits(const Table& table, RowNumbers rows, std::size_t column) {
    const std::string_view first = without_blanks(table.cell(rows.front(), column));
    const auto found = std::ranges::find(times_as_numbers, first.size(), &DigitFormat::digits);
    if (found == std::end(times_as_numbers)) return std::nullopt;
    const DateFormat format(found->format);
    const auto read = [&](std::string_view cell) -> std::optional<double> {
        cell = without_blanks(cell);
        const bool is_of_digits =
            cell.size() == found->digits && cell.find_first_not_of("0123456789") == cell.npos;
        return is_of_digits && cell >= "15" && cell < "22" ? format.parse(cell) : std::nullopt;
    };
    constexpr std::size_t least = 3;
    auto values = all_values(table, rows, column, read);
    if (!values || values->size() < least) return std::nullopt;
    return Positions{
        column, std::move(*values), format,
        fmt::format("\"{}\" is read as dates: {} is {} (--date-format '{}')",
                    table.columns()[column], first,
                    DateFormat("%Y-%m-%d %H:%M:%S").print(*format.parse(first)), found->format)};
}

/// The column's cells, missing ones aside.
std::vector<std::string_view> texts_of(const Table& table, RowNumbers rows, std::size_t column) {
    std::vector<std::string_view> texts;
    for (const std::size_t row : rows) {
        const std::string_view cell = without_blanks(table.cell(row, column));
        if (!is_usual_for_missing(cell)) texts.push_back(cell);
    }
    return texts;
}

/// Whether a text has two groups of digits at least with the signs of dates between them, or is a
/// date by a common format.
bool looks_like_a_date(std::string_view cell) {
    const std::string small = detail::in_small_letters(cell);
    const auto digits = std::ranges::count_if(small, [](unsigned char c) { return isdigit(c); });
    const bool has_signs = small.find_first_not_of("0123456789/.-: tzq") == small.npos &&
                           small.find_first_of("/.-:q") != small.npos;
    return (digits >= 4 && has_signs) || !likely_date_formats({&cell, 1}).empty();
}

/// Whether no row has in a column what the row before has.
bool changes_in_every_row(const Table& table, RowNumbers rows, std::size_t column) {
    for (std::size_t i = 1; i < rows.size(); ++i)
        if (table.cell(rows[i - 1], column) == table.cell(rows[i], column)) return false;
    return true;
}

/// Whether the texts, but for a tenth at most, are dates or say when something was.
bool tell_times(const std::vector<std::string_view>& texts) {
    if (texts.empty()) return false;
    if (looks_like_a_date(texts.front())) return true;
    const auto count = static_cast<std::size_t>(std::ranges::count_if(texts, speaks_of_time));
    return 10 * count >= 9 * texts.size();
}

}  // namespace

std::optional<Positions> dates_in(const Table& table, RowNumbers rows, std::size_t column,
                                  const AxisOptions& options) {
    if (rows.empty()) return std::nullopt;
    const auto first = without_blanks(table.cell(rows.front(), column));
    const auto format = options.date_format ? DateFormat::like(*options.date_format, first)
                                            : DateFormat::of_iso(first);
    if (!format) return std::nullopt;
    auto values = all_values(table, rows, column, [&](std::string_view cell) {
        return format->parse(without_blanks(cell));
    });
    if (!values) return std::nullopt;
    return Positions{column, std::move(*values), format};
}

std::optional<Positions> numbers_or_months_in(const Table& table, RowNumbers rows,
                                              std::size_t column) {
    if (rows.empty()) return std::nullopt;
    if (auto months = months_in(table, rows, column)) return months;
    if (auto times = times_in_digits(table, rows, column)) return times;
    return numbers_in(table, rows, column);
}

std::optional<double> common_step(const std::vector<double>& places) {
    std::vector<double> distances;
    for (std::size_t i = 1; i < places.size(); ++i) distances.push_back(places[i] - places[i - 1]);
    if (distances.empty()) return std::nullopt;
    const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
    std::ranges::nth_element(distances, middle);
    const double step = *middle;
    const auto is_about = [&](double distance) {
        return std::abs(distance - step) <= step_tolerance * std::abs(step);
    };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(distances, is_about));
    if (step == 0 || !std::isfinite(step) || 2 * count <= distances.size()) return std::nullopt;
    return step;
}

void refuse_axis(const Table& table, std::size_t column, std::string_view what, std::size_t row,
                 std::string_view advice) {
    const std::string cell = detail::printable(table.cell(row, column));
    const bool is_last = row > 0 && row + 1 == table.row_count();
    throw ParseError(fmt::format(
        "{}: {}\n  line {}, column \"{}\": {}\n  {}{}", table.source(), what, table.line(row),
        table.columns()[column], cell,
        is_last
            ? fmt::format("if it is a total of the rows above, remove line {}; ", table.line(row))
            : std::string(),
        advice));
}

void refuse_broken_axis(const Table& table, RowNumbers rows, std::size_t column,
                        const AxisOptions& options) {
    if (rows.empty()) return;
    std::optional<DateFormat> format;
    if (options.date_format) format = DateFormat(*options.date_format);
    for (std::size_t i = 0; i < rows.size() && !format; ++i)
        format = DateFormat::of_iso(without_blanks(table.cell(rows[i], column)));
    const auto is_date = [&](std::size_t row) {
        return format && format->parse(without_blanks(table.cell(row, column)));
    };
    const auto is_number = [&](std::size_t row) { return table.number(row, column).has_value(); };
    const auto most = [&](auto count) { return 2 * static_cast<std::size_t>(count) > rows.size(); };
    // One row alone is no axis, though all of its cells are dates or numbers.
    const auto refuse_first_that_is_not = [&](const auto& is_alike, const std::string& what,
                                              const std::string& advice) {
        const auto first = std::ranges::find_if_not(rows, is_alike);
        if (first != rows.end()) refuse_axis(table, column, what, *first, advice);
    };
    const auto refuse_first_date = [&] {
        refuse_first_that_is_not(
            is_date,
            fmt::format("every date of the axis must be one of the calendar and alike ({})",
                        format->name()),
            fmt::format("--date-format FORMAT reads others, if all are alike; {}", count_rows));
    };
    if (most(std::ranges::count_if(rows, is_date))) refuse_first_date();
    if (options.date_format)
        refuse_first_that_is_not(
            is_date, fmt::format("every date must be as --date-format says ({})", format->name()),
            fmt::format("{}; {}", advice_on_dates(texts_of(table, rows, column)), count_rows));
    if (most(std::ranges::count_if(rows, is_number)))
        refuse_first_that_is_not(is_number, "every cell of the axis must be a number, as most are",
                                 std::string(count_rows));
    const std::vector<std::string_view> texts = texts_of(table, rows, column);
    if (rows.size() > 1 && is_date(rows.front())) refuse_first_date();
    if (rows.size() > 1 && !texts.empty() && looks_like_a_date(texts.front()))
        refuse_axis(table, column, "dates must be as ISO 8601 or --date-format says", rows.front(),
                    fmt::format("{}; {}", advice_on_dates(texts), count_rows));
}

void refuse_unread_dates(const Table& table, RowNumbers rows, std::size_t column) {
    const auto is_number = [&](std::size_t row) { return table.number(row, column).has_value(); };
    if (rows.size() < 2 || std::ranges::any_of(rows, is_number) ||
        !changes_in_every_row(table, rows, column))
        return;
    const std::vector<std::string_view> texts = texts_of(table, rows, column);
    if (!tell_times(texts)) return;
    const std::string in_column =
        column == 0 ? std::string()
                    : fmt::format("with --axis {}, ", detail::shell_word(table.columns()[column]));
    const bool is_readable =
        !likely_date_formats(texts).empty() || std::ranges::all_of(texts, is_time_of_day);
    const std::string advice =
        is_readable ? in_column + advice_on_dates(texts)
                    : "what it says must be written so, in one column: 2019-06-30, 2019-06, 2019Q2";
    const auto format = DateFormat::of_iso(texts.front());
    const auto other = std::ranges::find_if_not(rows, [&](std::size_t row) {
        return format && format->parse(without_blanks(table.cell(row, column)));
    });
    refuse_axis(table, column, "dates must be as ISO 8601, all alike, or as --date-format says",
                other == rows.end() ? rows.front() : *other,
                fmt::format("{}; {}", advice, count_rows));
}

}  // namespace revolute
