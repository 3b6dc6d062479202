#include <revolute/graph/error.hpp>
#include <revolute/tools/detail/plural.hpp>
#include <revolute/tools/missing.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

namespace revolute {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Whether a cell is one of the texts, or the same number.
bool is_one_of(const std::vector<std::string>& texts, std::string_view cell, char decimal) {
    const std::optional<double> number = to_number(cell, decimal);
    return std::ranges::any_of(texts, [&](const std::string& text) {
        return text == cell || (number && to_number(text) == number);
    });
}

bool is_told_missing(std::string_view cell, const MissingRule& rule, char decimal) {
    if (!rule.texts) return is_usual_for_missing(cell);
    cell = without_blanks(cell);
    return cell.empty() || is_one_of(*rule.texts, cell, decimal);
}

/// -9999, 999.9, -32768, 1e20: what programs write for a missing value.
bool is_usual_sentinel(double value) {
    const double size = std::abs(value);
    if (size >= 1e20 || value == -32768) return true;
    const std::string digits = fmt::format("{}", size);
    return size >= 99 && std::ranges::all_of(digits, [](char c) { return c == '9' || c == '.'; });
}

/// Tells numbers that may stand for a missing value, which lie farther from all others than those from
/// each other.
class Sentinels {
 public:
    explicit Sentinels(const std::vector<double>& values) {
        for (const double value : values)
            if (!std::isnan(value) && !is_usual_sentinel(value)) {
                low_ = std::min(low_, value);
                high_ = std::max(high_, value);
            }
    }
    bool contain(double value) const {
        const double distance = value < low_ ? low_ - value : value - high_;
        return low_ <= high_ && is_usual_sentinel(value) && distance > high_ - low_;
    }

 private:
    double low_ = std::numeric_limits<double>::infinity();
    double high_ = -std::numeric_limits<double>::infinity();
};

/// "1.234,5": a number by other signs than the table's.
bool has_other_signs(std::string_view cell) {
    return cell.find_first_not_of("+-0123456789., '") == cell.npos &&
           cell.find_first_of("0123456789") != cell.npos;
}

std::string advice_on(const Table& table, std::string_view cell) {
    if (is_usual_for_missing(cell))
        return "--missing drop leaves such rows out, --missing interpolate fills them in";
    if (has_other_signs(cell))
        return fmt::format(
            "the decimal sign is {}; --decimal says another, and digits must not be in groups",
            sign_in_words(table.dialect().decimal));
    return fmt::format(
        "if it stands for a missing value: --missing-values \"{}\", with --missing drop or "
        "interpolate",
        without_blanks(cell));
}

std::string place_of_cell(const Table& table, std::size_t row, std::size_t column) {
    return fmt::format("line {}, column {} \"{}\"", table.line(row), column + 1,
                       table.columns()[column]);
}

/// Makes missing values of what may stand for them, or refuses it.
void take_sentinels(const Table& table, std::size_t column, Missing then, ColumnValues& result) {
    const Sentinels sentinels(result.values);
    const auto is_sentinel = [&](double value) { return sentinels.contain(value); };
    const auto first = std::ranges::find_if(result.values, is_sentinel);
    if (first == result.values.end()) return;
    const auto row = static_cast<std::size_t>(first - result.values.begin());
    const std::string text(without_blanks(table.cell(row, column)));
    if (then == Missing::error)
        throw ParseError(fmt::format(
            "{}: a value far from all others may stand for a missing one ({})\n  {}\n"
            "  if it does: --missing-values={} with --missing drop or interpolate; if it does "
            "not: --missing-values none",
            table.source(), text, place_of_cell(table, row, column), text));
    const auto count = std::ranges::count_if(result.values, is_sentinel);
    result.notes.push_back(
        fmt::format("{} in column \"{}\" is taken as missing ({}; --missing-values)", text,
                    table.columns()[column], detail::plural(count, "cell")));
    std::ranges::replace_if(result.values, is_sentinel, no_value);
}

/// Digits alone, three at most: what is left of thousands in groups where there are none.
bool is_one_group(std::string_view cell) {
    cell = without_blanks(cell);
    if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
    return !cell.empty() && cell.size() <= 3 && cell.find_first_not_of("0123456789") == cell.npos;
}

/// Refuses 998 beside 1.009 and 1.040, which are decimal fractions or thousands.
void require_no_groups(const Table& table, std::size_t column, const ColumnValues& read) {
    if (table.decimal_is_told()) return;
    std::optional<std::size_t> grouped, whole;  // the first rows
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        if (std::isnan(read.values[row])) continue;
        const std::string_view cell = table.cell(row, column);
        const bool has_sign = may_be_grouped(cell, table.dialect().decimal);
        if (!has_sign && !is_one_group(cell)) return;
        std::optional<std::size_t>& first = has_sign ? grouped : whole;
        if (!first) first = row;
    }
    if (!grouped || !whole) return;
    const std::string sign = sign_in_words(table.dialect().decimal);
    throw ParseError(fmt::format(
        "{}: it must be said whether {} is the decimal sign or parts thousands (\"{}\")\n  {}; "
        "\"{}\" in line {} has none\n  if it is the decimal sign: --decimal {}; if it is not, "
        "the numbers must be written without it",
        table.source(), sign, without_blanks(table.cell(*grouped, column)),
        place_of_cell(table, *grouped, column), without_blanks(table.cell(*whole, column)),
        table.line(*whole), sign.substr(sign.find(' ') + 1)));
}

}  // namespace

bool is_usual_for_missing(std::string_view cell) {
    constexpr std::array usual{"",  "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing",
                               "-", "--", "?",   ".",    "..",  "...",  "*",    "\\n"};
    std::string small(without_blanks(cell));
    std::ranges::transform(small, small.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::find(usual, small) != usual.end();
}

ColumnValues column_values(const Table& table, std::size_t column, const MissingRule& rule) {
    ColumnValues result;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const std::string_view cell = table.cell(row, column);
        const bool is_missing = is_told_missing(cell, rule, table.dialect().decimal);
        const std::optional<double> value =
            is_missing ? std::nullopt : to_number(cell, table.dialect().decimal);
        if (!value && !(is_missing && rule.then != Missing::error))
            throw ParseError(fmt::format(
                "{}: every cell of the column must be a finite number ({})\n  {}\n  {}",
                table.source(),
                without_blanks(cell).empty() ? "it is empty" : fmt::format("\"{}\"", cell),
                place_of_cell(table, row, column),
                is_missing ? advice_on(table, "") : advice_on(table, cell)));
        result.values.push_back(value.value_or(no_value));
    }
    require_no_groups(table, column, result);
    if (!rule.texts) take_sentinels(table, column, rule.then, result);
    return result;
}

}  // namespace revolute
