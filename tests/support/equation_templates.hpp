#pragma once

#include <revolute/graph/op.hpp>
#include <support/equation_tokens.hpp>

#include <algorithm>
#include <vector>

namespace revolute::test {

/// A piece of an operator's template: a token, or a place for an operand, an attribute or all
/// operands.
struct Element {
    enum class Kind : std::uint8_t { token, operand, attribute, all };
    Kind kind = Kind::token;
    Token token{};                       ///< a token; of `all`, the sign between operands
    std::size_t number = 0;              ///< of an operand or attribute
    Precedence least = Precedence::sum;  ///< how tightly what stands there binds, at least
    bool is_called = false;              ///< of a word: a parenthesis follows at once
};

struct Template {
    const Op* op;
    std::vector<Element> elements;

    bool begins_with_operand() const { return elements.front().kind == Element::Kind::operand; }
    std::size_t tokens() const {
        return static_cast<std::size_t>(
            std::ranges::count(elements, Element::Kind::token, &Element::kind));
    }
};

/// The templates of all operators of the catalogue. Those with most tokens come first: they say
/// most exactly what they fit.
const std::vector<Template>& templates();

}  // namespace revolute::test
