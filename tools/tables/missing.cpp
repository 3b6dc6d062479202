#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/support/detail/shell_word.hpp>
#include <revolute/tools/support/detail/small_letters.hpp>
#include <revolute/tools/tables/cell_advice.hpp>
#include <revolute/tools/tables/date.hpp>
#include <revolute/tools/tables/date_guess.hpp>
#include <revolute/tools/tables/missing.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>

namespace revolute {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Whether a cell is one of the texts, or the same number.
bool is_one_of(const std::vector<std::string>& texts, std::string_view cell, NumberSigns signs) {
    const std::optional<double> number = to_number(cell, signs);
    return std::ranges::any_of(texts, [&](const std::string& text) {
        return text == cell || (number && to_number(text) == number);
    });
}

bool is_told_missing(std::string_view cell, const MissingRule& rule, NumberSigns signs) {
    if (!rule.texts) return is_usual_for_missing(cell);
    cell = without_blanks(cell);
    return cell.empty() || is_one_of(*rule.texts, cell, signs);
}

/// The digit of a number that has no other; 0 for others.
char only_digit(double value) {
    const std::string digits = fmt::format("{}", std::abs(value));
    const char first = digits.front();
    return std::ranges::all_of(digits, [&](char c) { return c == first || c == '.'; }) ? first
                                                                                       : '\0';
}

/// -9999, 999.9: what programs write for a missing value before anything else.
bool is_of_nines(double value) { return std::abs(value) >= 99 && only_digit(value) == '9'; }

/// -8888, 777, and the ends of whole numbers of 16, 32 and 64 bits.
bool is_other_sentinel(double value) {
    constexpr double least = 100;
    const double size = std::abs(value);
    if (size < least) return false;
    for (const double end : {0x1p15, 0x1p16, 0x1p31, 0x1p32, 0x1p63, 0x1p64})
        if (size == end || size == end - 1) return true;
    return only_digit(value) != '\0';
}

/// The least and the greatest of some numbers.
struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void add(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    /// How many times farther the value is from all of them than they are from each other.
    double spreads_to(double value) const {
        const double distance = value < low ? low - value : value - high;
        return low <= high && distance > 0 ? distance / (high - low) : 0;
    }
};

/// Tells numbers that may stand for a missing value, which lie farther from all others than those
/// from each other.
class Sentinels {
 public:
    explicit Sentinels(const std::vector<double>& values) {
        std::vector<double> sorted;
        std::ranges::copy_if(values, std::back_inserter(sorted),
                             [](double value) { return !std::isnan(value); });
        std::ranges::sort(sorted);
        sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
        for (const double value : without_far_ends(sorted)) {
            near_.add(value);
            if (!is_of_nines(value) && !is_other_sentinel(value)) usual_.add(value);
        }
    }
    bool contain(double value) const {
        constexpr double of_nines = 1, of_others = 10;  // spikes may have a digit again and again
        const double spreads = usual_.spreads_to(value);
        return near_.spreads_to(value) > 0 || (is_of_nines(value) && spreads > of_nines) ||
               (is_other_sentinel(value) && spreads > of_others);
    }

 private:
    /// Without the least and the greatest, as long as one is so far from all others that it needs
    /// no sign of being a sentinel.
    static std::span<const double> without_far_ends(std::span<const double> sorted) {
        constexpr double far = 1e6;
        const auto is_far = [](double value, std::span<const double> others) {
            return Range{others.front(), others.back()}.spreads_to(value) > far;
        };
        constexpr std::size_t least_values = 4;  // of which two may be sentinels
        while (sorted.size() >= least_values) {
            if (is_far(sorted.back(), sorted.first(sorted.size() - 1)))
                sorted = sorted.first(sorted.size() - 1);
            else if (is_far(sorted.front(), sorted.subspan(1)))
                sorted = sorted.subspan(1);
            else
                break;
        }
        return sorted;
    }

    Range near_;   // of all that are not far from the others
    Range usual_;  // of those that are no sentinels by their digits either
};

/// "1.234,5": a number by other signs than the column's.
bool has_other_signs(std::string_view cell) {
    return cell.find_first_not_of("+-0123456789., '") == cell.npos &&
           cell.find_first_of("0123456789") != cell.npos;
}

std::string advice_on_signs(const Table& table, std::size_t column) {
    const NumberSigns signs = table.signs(column);
    const std::string written =
        fmt::format("the decimal sign is {}, and {} stands between thousands",
                    number_sign_in_words(signs.decimal), number_sign_in_words(signs.thousands));
    if (table.told_signs().are_some())
        return written + ", as --decimal and --thousands say: all numbers must be written so";
    return written + ", as in most numbers of the column: this one must be written so too";
}

/// The option as a shell takes it.
std::string missing_values_option(const std::vector<std::string>& texts) {
    return "--missing-values=" + detail::shell_word(fmt::format("{}", fmt::join(texts, ",")));
}

/// For a text that usually stands for a missing value, where others were told to.
std::string advice_on_replaced_texts(const std::vector<std::string>& told, std::string_view cell) {
    std::vector<std::string> all = told;
    all.emplace_back(without_blanks(cell));
    return fmt::format(
        "--missing-values replaces the usual texts for missing values: {} has this one too, with "
        "--missing drop or interpolate",
        missing_values_option(all));
}

/// Whether cells of several kinds are in the column and none is a number.
bool holds_no_number(const Table& table, std::size_t column, const MissingRule& rule) {
    std::size_t texts = 0;
    const std::string* first = nullptr;
    bool differ = false;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const std::string& cell = table.cell(row, column);
        if (table.number(row, column)) return false;
        if (is_told_missing(cell, rule, table.signs(column))) continue;
        ++texts;
        if (first == nullptr) first = &cell;
        differ = differ || cell != *first;
    }
    return texts > 1 && differ;
}

bool is_date(std::string_view cell) {
    return DateFormat::of_iso(cell) || !likely_date_formats(std::span(&cell, 1)).empty();
}

/// What to do about a cell that is no number and not told to be missing.
std::string advice_on(const Table& table, std::size_t column, std::string_view cell,
                      const MissingRule& rule) {
    if (rule.texts && is_usual_for_missing(cell))
        return advice_on_replaced_texts(*rule.texts, cell);
    std::string advice = advice_on_no_number(cell, table.source(), table.encoding());
    if (!advice.empty()) return advice;
    const bool is_of_other_kind = holds_no_number(table, column, rule);
    if (is_of_other_kind && is_date(without_blanks(cell)))
        return "the column holds dates: a net reads and forecasts columns of numbers";
    if (has_other_signs(cell)) return advice_on_signs(table, column);
    if (cell.find_first_of(",\r\n") != cell.npos)  // which the option cannot name
        return "if it stands for a missing value, leave the cell empty, with --missing drop or "
               "interpolate";
    if (is_of_other_kind)
        return "the column holds text: a net reads and forecasts columns of numbers";
    std::vector<std::string> texts = rule.texts.value_or(std::vector<std::string>{});
    texts.emplace_back(without_blanks(cell));
    return fmt::format("if it stands for a missing value: {}, with --missing drop or interpolate",
                       missing_values_option(texts));
}

std::string place_of_cell(const Table& table, std::size_t row, std::size_t column) {
    return fmt::format("line {}, column {} \"{}\"", table.line(row), column + 1,
                       table.columns()[column]);
}

constexpr const char* no_sentinels = "none";

bool looks_for_sentinels(const MissingRule& rule) {
    return !rule.texts || std::ranges::find(*rule.texts, no_sentinels) == rule.texts->end();
}

/// The rows that hold sentinels, each number once, the first ones of them.
std::vector<std::size_t> rows_of_sentinels(const Sentinels& sentinels,
                                           const std::vector<double>& values) {
    constexpr std::size_t most = 5;
    std::vector<std::size_t> rows;
    const auto is_seen = [&](double value) {
        return std::ranges::any_of(rows, [&](std::size_t row) { return values[row] == value; });
    };
    for (std::size_t row = 0; row < values.size() && rows.size() < most; ++row)
        if (sentinels.contain(values[row]) && !is_seen(values[row])) rows.push_back(row);
    return rows;
}

/// Makes missing values of what may stand for them, or refuses it.
void take_sentinels(const Table& table, std::size_t column, const MissingRule& rule,
                    ColumnValues& result) {
    const Sentinels sentinels(result.values);
    const auto is_sentinel = [&](double value) { return sentinels.contain(value); };
    const std::vector<std::size_t> rows = rows_of_sentinels(sentinels, result.values);
    if (rows.empty()) return;
    std::vector<std::string> texts;
    texts.reserve(rows.size());
    for (const std::size_t row : rows) texts.emplace_back(without_blanks(table.cell(row, column)));
    if (rule.then == Missing::error) {
        // What was told before must be told again.
        const auto told = rule.texts.value_or(std::vector<std::string>{});
        std::vector<std::string> with = told, without = told;
        // The option parts its texts at commas, which may be signs of the cells.
        for (std::size_t i = 0; i < rows.size(); ++i)
            with.push_back(texts[i].find(',') == std::string::npos
                               ? texts[i]
                               : fmt::format("{}", result.values[rows[i]]));
        without.emplace_back(no_sentinels);
        throw ParseError(
            fmt::format("{}: a value far from all others may stand for a missing one ({})\n  {}\n"
                        "  if it does: {} with --missing drop or interpolate; if it does not: {}",
                        table.source(), texts.front(), place_of_cell(table, rows.front(), column),
                        missing_values_option(with), missing_values_option(without)));
    }
    const auto count = std::ranges::count_if(result.values, is_sentinel);
    result.notes.push_back(fmt::format(
        "{} in column \"{}\" {} taken as missing ({}; --missing-values)", fmt::join(texts, ", "),
        table.columns()[column], texts.size() == 1 ? "is" : "are", detail::plural(count, "cell")));
    std::ranges::replace_if(result.values, is_sentinel, no_value);
}

/// Digits alone, three at most: what is left of thousands in groups where there are none.
bool is_one_group(std::string_view cell) {
    cell = without_number_sign(cell);
    return !cell.empty() && cell.size() <= 3 && cell.find_first_not_of("0123456789") == cell.npos;
}

/// The first rows of a column whose numbers have a sign as if it parted thousands, 1.009, and
/// without it, 998.
struct GroupedRows {
    std::optional<std::size_t> grouped, whole;
};

/// None where a number tells that the sign does something else.
std::optional<GroupedRows> grouped_rows(const Table& table, std::size_t column, char sign) {
    GroupedRows found;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const std::string_view cell = table.cell(row, column);
        if (!is_number_by_some_signs(cell)) continue;
        const bool has_sign = may_be_grouped(cell, sign);
        if (!has_sign && !is_one_group(cell)) return std::nullopt;
        std::optional<std::size_t>& first = has_sign ? found.grouped : found.whole;
        if (!first) first = row;
    }
    return found;
}

/// Whether usage tells what a sign is: the table that this one goes on from, or, without one, that
/// commas between cells are hardly decimal signs too, and that numbers between blanks have points
/// by tradition.
bool is_told_by_use(const Table& table, char sign) {
    if (const auto& beside = table.signs_beside())
        return sign == beside->decimal || sign == beside->thousands;
    const char delimiter = table.dialect().delimiter;
    return table.signs() == NumberSigns{} && (delimiter == ',' || delimiter == blanks);
}

std::string advice_on_sign(const Table& table, char sign) {
    if (const auto& beside = table.signs_beside())
        return fmt::format(
            "numbers must be written as in the table that it goes on from, where {} is the "
            "decimal sign",
            number_sign_in_words(beside->decimal));
    return fmt::format(
        "if it is the decimal sign: --decimal {0}; if it parts thousands: "
        "--thousands {0}",
        number_sign_name(sign));
}

/// Whether the whole table tells whether a sign is the decimal sign, as `signs` say: no other signs
/// that say another read all of its numbers.
bool is_told_by_table(const Table& table, NumberSigns signs, char sign) {
    const auto is_rival = [&](NumberSigns other) {
        return (other.decimal == sign) != (signs.decimal == sign) && table.reads_all(other);
    };
    return table.reads_all(signs) && std::ranges::none_of(all_number_signs, is_rival);
}

}  // namespace

bool is_usual_for_missing(std::string_view cell) {
    constexpr std::array usual{"",  "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing",
                               "-", "--", "?",   ".",    "..",  "...",  "*",    "\\n"};
    return std::ranges::find(usual, detail::in_small_letters(without_blanks(cell))) != usual.end();
}

void require_certain_signs(const Table& table, std::size_t column) {
    if (table.told_signs().are_some()) return;
    const NumberSigns signs = table.signs(column);
    for (const char sign : {'.', ','}) {
        if (sign != signs.decimal && sign != signs.thousands) continue;
        const auto rows = grouped_rows(table, column, sign);
        if (!rows || !rows->grouped) continue;
        const bool is_decimal = sign == signs.decimal;
        const bool mixed_decimals = is_decimal && rows->whole;
        const bool is_certain = !mixed_decimals && (is_told_by_use(table, sign) ||
                                                    is_told_by_table(table, signs, sign));
        if (is_certain) continue;
        const std::string beside =
            rows->whole ? fmt::format("; \"{}\" in line {} has none",
                                      without_blanks(table.cell(*rows->whole, column)),
                                      table.line(*rows->whole))
                        : std::string();
        throw ParseError(fmt::format(
            "{}: it must be said whether {} is the decimal sign or parts thousands (\"{}\")\n"
            "  {}{}\n  {}",
            table.source(), number_sign_in_words(sign),
            without_blanks(table.cell(*rows->grouped, column)),
            place_of_cell(table, *rows->grouped, column), beside, advice_on_sign(table, sign)));
    }
}

ColumnValues column_values(const Table& table, std::size_t column, const MissingRule& rule) {
    ColumnValues result;
    const NumberSigns signs = table.signs(column);
    require_certain_signs(table, column);
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const std::string_view cell = table.cell(row, column);
        const bool is_missing = is_told_missing(cell, rule, signs);
        const std::optional<double> value = is_missing ? std::nullopt : to_number(cell, signs);
        if (!value && !(is_missing && rule.then != Missing::error))
            throw ParseError(fmt::format(
                "{}: every cell of the column must be a finite number ({})\n  {}\n  {}",
                table.source(),
                without_blanks(cell).empty() ? "it is empty"
                                             : fmt::format("\"{}\"", detail::printable(cell)),
                place_of_cell(table, row, column),
                is_missing
                    ? "--missing drop leaves such rows out, --missing interpolate fills them in"
                    : advice_on(table, column, cell, rule)));
        result.values.push_back(value.value_or(no_value));
    }
    if (signs != table.signs())
        result.notes.push_back(
            fmt::format("column \"{}\" is read with {} as decimal sign and {} between thousands",
                        table.columns()[column], number_sign_in_words(signs.decimal),
                        number_sign_in_words(signs.thousands)));
    if (looks_for_sentinels(rule)) take_sentinels(table, column, rule, result);
    return result;
}

}  // namespace revolute
