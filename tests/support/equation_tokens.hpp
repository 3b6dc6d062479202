#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace revolute::test {

struct Token {
    enum class Kind : std::uint8_t { number, word, sign, end };
    Kind kind = Kind::end;
    std::string text;
    bool is_glued = false;  ///< no space before it

    bool is(std::string_view what) const { return kind != Kind::end && text == what; }
};

/// Numbers, words of letters, digits and underlines, ".." and single signs; an end behind them.
std::vector<Token> tokens_of(std::string_view line);

}  // namespace revolute::test
