#include <revolute/tools/csv_rows.hpp>
#include <revolute/tools/number_signs.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace revolute {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at_front(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

/// The ways in which a sign between thousands is written, in UTF-8: the space also as one that does not break, as a
/// narrow one of that kind, and as a thin one.
std::span<const std::string_view> writings_of(const char& thousands) {
    static constexpr std::array<std::string_view, 4> spaces{" ", "\xc2\xa0", "\xe2\x80\xaf",
                                                            "\xe2\x80\x89"};
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

/// The text without the signs between its groups; none where groups are not of three digits after one to three,
/// the first of which is no zero.
std::optional<std::string> without_groups(std::string_view text, char thousands) {
    std::string result;
    if (text.starts_with('-') || text.starts_with('+')) {
        result += text.front();
        text.remove_prefix(1);
    }
    const std::size_t first = digits_at_front(text);
    if (first < 1 || first > 3 || text.front() == '0') return std::nullopt;
    result += text.substr(0, first);
    text.remove_prefix(first);
    while (const std::size_t sign = sign_at_front(text, thousands)) {
        text.remove_prefix(sign);
        if (digits_at_front(text) != 3) return std::nullopt;
        result += text.substr(0, 3);
        text.remove_prefix(3);
    }
    if (has_sign(text, thousands)) return std::nullopt;
    return result + std::string(text);
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

std::optional<double> to_number(std::string_view text, NumberSigns signs) {
    text = without_blanks(text);
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
