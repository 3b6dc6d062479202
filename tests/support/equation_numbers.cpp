#include <support/equation_numbers.hpp>

#include <cctype>
#include <cmath>
#include <string>

namespace revolute::test {

namespace {

class NumberParser {
 public:
    NumberParser(std::span<const Token> tokens, std::size_t place, const EquationContext& context)
        : tokens_(tokens), place_(place), context_(context) {}

    std::size_t place() const { return place_; }

    std::optional<GrowingNumber> sum() {
        GrowingNumber total;
        double sign = take("-") ? -1 : 1;
        for (bool is_first = true;; is_first = false) {
            const auto next = product();
            if (!next && is_first) return std::nullopt;
            if (!next) {
                --place_;  // the sign belongs to what follows
                return total;
            }
            total.value += sign * next->value;
            total.slope += sign * next->slope;
            if (take("+"))
                sign = 1;
            else if (take("-"))
                sign = -1;
            else
                return total;
        }
    }

    /// Factors beside each other, of which one may grow, and what they are divided by.
    std::optional<GrowingNumber> product() {
        auto left = powered();
        while (left) {
            const std::size_t before = place_;
            const bool divides = take("/");
            const auto right = powered();
            const bool fits = right && (right->slope == 0 || (!divides && left->slope == 0));
            if (!fits) {
                place_ = before;
                break;
            }
            if (divides)
                left = GrowingNumber{left->value / right->value, left->slope / right->value};
            else
                left = GrowingNumber{left->value * right->value,
                                     left->slope * right->value + left->value * right->slope};
        }
        return left;
    }

 private:
    const Token& now() const { return tokens_[place_]; }

    bool take(std::string_view text) {
        if (!now().is(text)) return false;
        ++place_;
        return true;
    }

    /// N^2
    std::optional<GrowingNumber> powered() {
        auto base = factor();
        const bool is_power = base && base->slope == 0 && now().is("^") &&
                              tokens_[place_ + 1].kind == Token::Kind::number;
        if (!is_power) return base;
        base->value = std::pow(base->value, std::stod(tokens_[place_ + 1].text));
        place_ += 2;
        return base;
    }

    std::optional<GrowingNumber> factor() {
        if (now().kind == Token::Kind::number)
            return GrowingNumber{std::stod(tokens_[place_++].text)};
        const std::size_t before = place_;
        const bool is_root = take("sqrt");
        if (is_root || now().is("(")) {
            std::optional<GrowingNumber> inside;
            if (take("(")) inside = sum();
            const bool is_whole = inside && take(")") && (!is_root || inside->slope == 0);
            if (is_whole && is_root) inside->value = std::sqrt(inside->value);
            if (is_whole) return inside;
            place_ = before;
            return std::nullopt;
        }
        return symbol();
    }

    /// The variable, the last step, or a size. A word before a parenthesis close by is a name, and
    /// one before an equals sign begins limits.
    std::optional<GrowingNumber> symbol() {
        if (now().kind != Token::Kind::word) return std::nullopt;
        const Token& next = tokens_[place_ + 1];
        if ((next.is("(") && next.is_glued) || next.is("=")) return std::nullopt;
        const std::string& word = now().text;
        std::optional<GrowingNumber> found;
        if (const auto size = context_.sizes.find(word); size != context_.sizes.end())
            found = GrowingNumber{size->second};
        for (const auto& [letter, steps] : context_.steps) {
            std::string last = letter;
            last.front() =
                static_cast<char>(std::toupper(static_cast<unsigned char>(last.front())));
            if (word == last) found = GrowingNumber{static_cast<double>(steps - 1)};
            if (word == letter) found = GrowingNumber{0, 1};
        }
        if (found) ++place_;
        return found;
    }

    std::span<const Token> tokens_;
    std::size_t place_;
    const EquationContext& context_;
};

}  // namespace

std::optional<GrowingNumber> take_number(std::span<const Token> tokens, std::size_t& place,
                                         const EquationContext& context, NumberReach reach) {
    NumberParser parser(tokens, place, context);
    const auto number = reach == NumberReach::sum ? parser.sum() : parser.product();
    if (number) place = parser.place();
    return number;
}

}  // namespace revolute::test
