#include <revolute/tools/language/detail/net_tokens.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace revolute::detail {

namespace {

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_of_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::size_t end_of_digits(std::string_view line, std::size_t begin) {
    while (begin < line.size() && is_decimal(line[begin])) ++begin;
    return begin;
}

/// The end of the number that begins at `begin`: "0.5", "1e-05", but only the 1 of "1..T".
std::size_t end_of_decimal(std::string_view line, std::size_t begin) {
    std::size_t end = end_of_digits(line, begin);
    if (end + 1 < line.size() && line[end] == '.' && is_decimal(line[end + 1]))
        end = end_of_digits(line, end + 1);
    if (end + 1 < line.size() && line[end] == 'e') {
        const std::size_t sign = line[end + 1] == '-' || line[end + 1] == '+' ? 1 : 0;
        const std::size_t power = end_of_digits(line, end + 1 + sign);
        if (power > end + 1 + sign) end = power;
    }
    return end;
}

std::size_t end_of_word(std::string_view line, std::size_t begin) {
    while (begin < line.size() && (is_of_word(line[begin]) || is_decimal(line[begin]))) ++begin;
    return begin;
}

/// Signs of more than one byte; the product entry by entry has two in Unicode.
constexpr std::string_view long_signs[] = {"..", ":=", "\xE2\x88\x98", "\xE2\x8A\x99"};
constexpr std::string_view short_signs = "()[]{}+-*/^'|=:,;>";

std::size_t end_of_sign(std::string_view line, std::size_t begin) {
    for (const std::string_view sign : long_signs)
        if (line.substr(begin, sign.size()) == sign) return begin + sign.size();
    return short_signs.find(line[begin]) == std::string_view::npos ? begin : begin + 1;
}

/// The end of the character at `begin`, for a message that shows it.
std::size_t end_of_character(std::string_view line, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) ++end;
    return end;
}

TextPlace place_of(int line, std::size_t begin, std::size_t end) {
    return {line, static_cast<int>(begin) + 1,
            static_cast<int>(std::max<std::size_t>(end - begin, 1))};
}

}  // namespace

std::vector<NetToken> tokens_of(const NetSource& source, int line) {
    const std::string& whole = source.lines()[static_cast<std::size_t>(line - 1)];
    const std::string_view text = std::string_view(whole).substr(0, whole.find('#'));
    std::vector<NetToken> tokens;
    bool is_glued = false;
    std::size_t last = 0;  // the end of what is not blank
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == ' ' || text[i] == '\t') {
            is_glued = false;
            ++i;
            continue;
        }
        NetToken token{TokenKind::sign, {}, is_glued, {}};
        std::size_t end = i;
        if (is_decimal(text[i])) {
            token.kind = TokenKind::number;
            end = end_of_decimal(text, i);
        } else if (is_of_word(text[i])) {
            token.kind = TokenKind::word;
            end = end_of_word(text, i);
        } else {
            end = end_of_sign(text, i);
        }
        if (end == i)
            source.fail(place_of(line, i, end_of_character(text, i)),
                        "the language has no such sign; docs/language.md has them all");
        token.text = text.substr(i, end - i);
        token.place = place_of(line, i, end);
        if (token.text.size() == 3 && token.kind == TokenKind::sign) {
            token.kind = TokenKind::word;  // the product entry by entry
            token.text = "o";
        }
        tokens.push_back(token);
        is_glued = true;
        i = last = end;
    }
    tokens.push_back({TokenKind::line_end, {}, false, place_of(line, last, last + 1)});
    return tokens;
}

std::string_view comment_of(const NetSource& source, int line) {
    const std::string& whole = source.lines()[static_cast<std::size_t>(line - 1)];
    const std::size_t begin = whole.find('#');
    return begin == std::string::npos ? std::string_view{}
                                      : std::string_view(whole).substr(begin + 1);
}

}  // namespace revolute::detail
