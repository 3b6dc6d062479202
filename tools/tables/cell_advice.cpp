#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/support/detail/shell_word.hpp>
#include <revolute/tools/tables/cell_advice.hpp>
#include <revolute/tools/tables/csv_rows.hpp>
#include <revolute/tools/tables/number_signs.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <vector>

namespace revolute {

namespace {

constexpr std::string_view ascii_digits = "0123456789";

/// Zeros of scripts whose digits follow them (Unicode, general category Nd).
constexpr char32_t zero_digits[] = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6,
                                    0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
                                    0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10};

/// A character of the basic plane in UTF-8.
std::string utf8(char32_t c) {
    std::string text;
    if (c >= 0x800) text += static_cast<char>(0xE0 | (c >> 12));
    text += static_cast<char>(c >= 0x800 ? 0x80 | ((c >> 6) & 0x3F) : 0xC0 | (c >> 6));
    return text + static_cast<char>(0x80 | (c & 0x3F));
}

/// The digits from zero to nine of the script that a digit in the text is of; none where there is
/// none.
std::vector<std::string> digits_of_other_script(std::string_view text) {
    for (const char32_t zero : zero_digits) {
        std::vector<std::string> digits;
        for (char32_t digit = 0; digit < 10; ++digit) digits.push_back(utf8(zero + digit));
        const auto is_there = [&](const std::string& digit) {
            return text.find(digit) != text.npos;
        };
        if (std::ranges::any_of(digits, is_there)) return digits;
    }
    return {};
}

/// "$", "kg": what stands before or behind a number; empty where the text is nothing of the kind.
std::string_view unit_of(std::string_view cell) {
    cell = without_number_sign(cell);
    std::size_t begin = cell.find_first_of(ascii_digits);
    if (begin == cell.npos) return {};
    std::size_t end = cell.find_last_of(ascii_digits) + 1;
    if (!is_number_by_some_signs(cell.substr(begin, end - begin))) return {};
    if (begin > 0 && end < cell.size() && cell[begin - 1] == '(' && cell[end] == ')') {
        --begin;
        ++end;
    }
    std::string_view before = without_blanks(cell.substr(0, begin));
    if (before.starts_with('-')) before.remove_prefix(1);
    if (before.ends_with('-')) before.remove_suffix(1);
    const std::string_view behind = without_blanks(cell.substr(end));
    if (before.empty() == behind.empty()) return {};
    return before.empty() ? behind : before;
}

/// How sed takes a text for what it is; empty where it should not touch it: letters stand in names
/// too.
std::string sed_pattern(std::string_view unit) {
    constexpr std::string_view special = ".*[$", harmful = "]^/\\'\n";
    std::string pattern;
    for (const char c : unit) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || harmful.find(c) != harmful.npos)
            return {};
        pattern += special.find(c) != special.npos ? fmt::format("[{}]", c) : std::string(1, c);
    }
    return pattern;
}

/// 1.5D+03, as Fortran writes it.
bool has_exponent_with_d(std::string_view cell) {
    std::string text(without_blanks(cell));
    const std::size_t at = text.find_first_of("dD");
    if (at == text.npos || at == 0) return false;
    text[at] = 'e';
    return is_number_by_some_signs(text);
}

/// What prints the file after such a script of sed, in UTF-8: scripts are written in it, and sed
/// sees bytes. Scripts work in any locale, so none has y, which counts characters.
std::string printing_command(const std::string& script, const std::string& source,
                             const std::string& encoding) {
    const std::string file = detail::shell_word(source);
    if (encoding == "UTF-8") return fmt::format("`sed '{}' {}`", script, file);
    return fmt::format("`iconv -f {} -t UTF-8 {} | sed '{}'`", detail::shell_word(encoding), file,
                       script);
}

}  // namespace

bool has_number_with_unit(std::string_view cell) { return !unit_of(cell).empty(); }

std::string advice_on_no_number(std::string_view cell, const std::string& source,
                                const std::string& encoding) {
    const auto command = [&](const std::string& script) {
        return printing_command(script, source, encoding);
    };
    if (const std::vector<std::string> digits = digits_of_other_script(cell); !digits.empty()) {
        std::string script;
        for (std::size_t i = 0; i < digits.size(); ++i)
            script += fmt::format("{}s/{}/{}/g", i == 0 ? "" : ";", digits[i], ascii_digits[i]);
        return fmt::format(
            "its digits are of another script and must be 0 to 9: {} prints the table with them",
            command(script));
    }
    if (has_exponent_with_d(cell))
        return fmt::format("its exponent must be written with e: {} prints the table so",
                           command(R"(s/\([0-9.]\)[dD]\([-+]\{0,1\}[0-9]\)/\1e\2/g)"));
    const std::string_view unit = unit_of(cell);
    if (unit.empty()) return {};
    const std::string pattern = sed_pattern(unit);
    if (pattern.empty())
        return fmt::format("numbers must stand without \"{}\": remove it from the column",
                           detail::printable(unit));
    return fmt::format("numbers must stand without \"{}\": {} prints the table without", unit,
                       command(fmt::format("s/{}//g", pattern)));
}

}  // namespace revolute
