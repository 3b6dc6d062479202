#include <support/equation_tokens.hpp>

#include <cctype>

namespace revolute::test {

namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The end of the number that begins at `begin`: "0.5", "1e-05", but only the 1 of "1..T".
std::size_t end_of_number(std::string_view line, std::size_t begin) {
    const auto digits = [line](std::size_t i) {
        while (i < line.size() && is_digit(line[i])) ++i;
        return i;
    };
    std::size_t end = digits(begin);
    if (end + 1 < line.size() && line[end] == '.' && is_digit(line[end + 1])) end = digits(end + 1);
    if (end + 1 < line.size() && line[end] == 'e') {
        const std::size_t sign = line[end + 1] == '-' || line[end + 1] == '+' ? 1 : 0;
        if (const std::size_t power = digits(end + 1 + sign); power > end + 1 + sign) end = power;
    }
    return end;
}

}  // namespace

std::vector<Token> tokens_of(std::string_view line) {
    std::vector<Token> tokens;
    bool is_glued = false;
    for (std::size_t i = 0; i < line.size();) {
        if (line[i] == ' ') {
            is_glued = false;
            ++i;
            continue;
        }
        Token token{Token::Kind::sign, {}, is_glued};
        std::size_t end = i + 1;
        if (is_digit(line[i])) {
            token.kind = Token::Kind::number;
            end = end_of_number(line, i);
        } else if (is_letter(line[i])) {
            token.kind = Token::Kind::word;
            while (end < line.size() && (is_letter(line[end]) || is_digit(line[end]))) ++end;
        } else if (line.substr(i, 2) == "..") {
            end = i + 2;
        }
        token.text = line.substr(i, end - i);
        tokens.push_back(std::move(token));
        is_glued = true;
        i = end;
    }
    tokens.emplace_back();
    return tokens;
}

}  // namespace revolute::test
