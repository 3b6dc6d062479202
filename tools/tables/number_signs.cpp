#include <revolute/tools/tables/csv_rows.hpp>
#include <revolute/tools/tables/number_signs.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>
#include <vector>

namespace revolute {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at_front(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

/// The ways in which a sign between thousands is written, in UTF-8: the space also as one that does
/// not break, as a narrow one of that kind, as a thin one and as one that is as wide as a digit.
std::span<const std::string_view> writings_of(const char& thousands) {
    static constexpr std::array<std::string_view, 5> spaces{" ", "\xc2\xa0", "\xe2\x80\xaf",
                                                            "\xe2\x80\x89", "\xe2\x80\x87"};
    static constexpr std::array<std::string_view, 2> apostrophes{"'", "\xe2\x80\x99"};
    static constexpr std::array<std::string_view, 1> comma{","}, point{"."};
    switch (thousands) {
        case ' ':
            return spaces;
        case '\'':
            return apostrophes;
        case ',':
            return comma;
        case '.':
            return point;
        default:
            return {};
    }
}

/// How long the sign is that the text begins with; 0 where it begins with none.
std::size_t sign_at_front(std::string_view text, char thousands) {
    for (const std::string_view writing : writings_of(thousands))
        if (text.starts_with(writing)) return writing.size();
    return 0;
}

bool has_sign(std::string_view text, char thousands) {
    return std::ranges::any_of(writings_of(thousands), [&](std::string_view writing) {
        return text.find(writing) != text.npos;
    });
}

/// Whether so many digits may stand between signs, from the first group to the last: three in all
/// but the first, or, where commas part them, two but for the first and three in the last, as in
/// India: 1,00,000.
bool are_groups(std::span<const std::size_t> digits, char thousands) {
    const auto behind = digits.subspan(1);
    const auto are_all = [](std::span<const std::size_t> groups, std::size_t count) {
        return std::ranges::all_of(groups, [&](std::size_t group) { return group == count; });
    };
    if (digits.front() < 1 || digits.front() > 3) return false;
    if (are_all(behind, 3)) return true;
    return thousands == ',' && digits.front() <= 2 && behind.back() == 3 &&
           are_all(behind.first(behind.size() - 1), 2);
}

/// The text without the signs between its groups of digits; none where groups are wrong or the
/// first begins with a zero.
std::optional<std::string> without_groups(std::string_view text, char thousands) {
    std::string result;
    if (text.starts_with('-') || text.starts_with('+')) {
        result += text.front();
        text.remove_prefix(1);
    }
    if (text.starts_with('0')) return std::nullopt;
    std::vector<std::size_t> digits;
    for (std::size_t sign = 0;;) {
        text.remove_prefix(sign);
        digits.push_back(digits_at_front(text));
        result += text.substr(0, digits.back());
        text.remove_prefix(digits.back());
        sign = sign_at_front(text, thousands);
        if (sign == 0) break;
    }
    if (has_sign(text, thousands) || !are_groups(digits, thousands)) return std::nullopt;
    return result + std::string(text);
}

constexpr std::string_view minus_signs[] = {"-", "\xe2\x88\x92", "\xe2\x80\x93"};

/// What is negated by a minus of typography, by one behind the number, or by parentheses: -5, 5-,
/// (5). None for other text.
std::optional<std::string_view> negated_part(std::string_view text) {
    const auto begins_number = [](std::string_view part) {
        return !part.empty() &&
               (is_digit(part.front()) || part.front() == '.' || part.front() == ',');
    };
    if (text.empty()) return std::nullopt;
    if (text.starts_with('(') && text.ends_with(')')) {
        text = without_blanks(text.substr(1, text.size() - 2));
        return begins_number(text) ? std::optional(text) : std::nullopt;
    }
    for (const std::string_view minus : minus_signs) {
        if (text.starts_with(minus) && begins_number(text.substr(minus.size())))
            return text.substr(minus.size());
        if (text.ends_with(minus) && begins_number(text))
            return without_blanks(text.substr(0, text.size() - minus.size()));
    }
    return std::nullopt;
}

std::optional<double> number_with_point(std::string_view text) {
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

/// By which of `all_number_signs` a text is a number.
std::array<bool, all_number_signs.size()> readings_of(std::string_view text) {
    std::array<bool, all_number_signs.size()> result{};
    const bool by_point = to_number(text, {'.'}).has_value();
    const bool by_comma = to_number(text, {','}).has_value();
    for (std::size_t i = 0; i < result.size(); ++i) {
        const NumberSigns signs = all_number_signs[i];
        result[i] = has_sign(text, signs.thousands) ? to_number(text, signs).has_value()
                    : signs.decimal == '.'          ? by_point
                                                    : by_comma;
    }
    return result;
}

}  // namespace

std::string_view without_number_sign(std::string_view text) {
    text = without_blanks(text);
    if (text.starts_with('+')) return text.substr(1);
    return negated_part(text).value_or(text);
}

std::optional<double> to_number(std::string_view text, NumberSigns signs) {
    text = without_blanks(text);
    if (const auto part = negated_part(text)) {
        if (negated_part(*part)) return std::nullopt;  // twice
        const std::optional<double> size = to_number(*part, signs);
        return size ? std::optional(-*size) : std::nullopt;
    }
    std::string rewritten;
    if (has_sign(text, signs.thousands)) {
        auto whole = without_groups(text, signs.thousands);
        if (!whole) return std::nullopt;
        rewritten = std::move(*whole);
        text = rewritten;
    }
    if (signs.decimal == '.') return number_with_point(text);
    if (text.find('.') != text.npos) return std::nullopt;
    std::string with_point(text);
    std::ranges::replace(with_point, signs.decimal, '.');
    return number_with_point(with_point);
}

bool is_number_by_some_signs(std::string_view text) {
    const auto readings = readings_of(without_blanks(text));
    return std::ranges::find(readings, true) != readings.end();
}

bool may_be_grouped(std::string_view cell, char sign) {
    cell = without_blanks(cell);
    const char other = sign == ',' ? '.' : ',';
    return has_sign(cell, sign) && to_number(cell, {sign}) && to_number(cell, {other, sign});
}

std::string number_sign_in_words(char sign) {
    if (sign == no_sign) return "nothing";
    if (sign == ' ') return "a space";
    return sign == '\'' ? "an apostrophe" : sign_in_words(sign);
}

std::string number_sign_name(char sign) {
    if (sign == no_sign) return "none";
    const std::string words = number_sign_in_words(sign);
    return words.substr(words.find(' ') + 1);
}

void SignVotes::add(std::string_view cell) {
    const auto readings = readings_of(without_blanks(cell));
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += readings[i] ? 1 : 0;
    numbers_ += std::ranges::find(readings, true) != readings.end() ? 1 : 0;
}

void SignVotes::add(const SignVotes& others) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += others.counts_[i];
    numbers_ += others.numbers_;
}

NumberSigns SignVotes::most(const ToldSigns& told, std::optional<NumberSigns> before) const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (!told.allow(all_number_signs[i])) continue;
        const bool is_more = !best || counts_[i] > counts_[*best];
        const bool is_preferred =
            best && counts_[i] == counts_[*best] && before && all_number_signs[i] == *before;
        if (is_more || is_preferred) best = i;
    }
    if (best) return all_number_signs[*best];
    return {told.decimal.value_or('.'), told.thousands.value_or(no_sign)};
}

bool SignVotes::are_all_by(NumberSigns signs) const {
    const auto at = std::ranges::find(all_number_signs, signs);
    return at != all_number_signs.end() &&
           counts_[static_cast<std::size_t>(at - all_number_signs.begin())] == numbers_;
}

}  // namespace revolute
