// Recursive descent over the templates of the operators' notation: what an operator's record says
// of how it is written is all that is known of it here.

#include <revolute/graph/values/error.hpp>
#include <support/equation_numbers.hpp>
#include <support/equation_parser.hpp>
#include <support/equation_templates.hpp>
#include <support/equation_tokens.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace revolute::test {

namespace {

/// A term and how tightly what it was written as binds.
struct Parsed {
    EquationTerm term;
    Precedence precedence = Precedence::atom;
    const Op* op = nullptr;
};

class LineParser {
 public:
    LineParser(std::vector<Token> tokens, const EquationContext& context)
        : tokens_(std::move(tokens)), context_(context) {}

    std::optional<EquationLine> line() {
        EquationLine line;
        std::optional<EquationTerm> left = name();
        if (!left || !take("=")) return std::nullopt;
        line.name = left->name;
        line.step = left->step;
        const std::optional<Parsed> right = expression(Precedence::sum, 0);
        if (!right) return std::nullopt;
        line.right = right->term;
        if (line.step && line.step->is_fixed) {
            line.steps = {line.step->t, line.step->t};
        } else if (line.step) {
            if (line.step->t != 0 || !variable() || !take("=")) return std::nullopt;
            const auto steps = limits();
            if (!steps) return std::nullopt;
            line.steps = steps->steps;
        }
        if (now().kind != Token::Kind::end) return std::nullopt;
        return line;
    }

    /// The furthest place that was looked at.
    std::string furthest() const { return tokens_[furthest_].text; }

 private:
    static constexpr int deepest = 100;

    const Token& now() const { return tokens_[place_]; }
    const Token& next() const { return tokens_[std::min(place_ + 1, tokens_.size() - 1)]; }

    bool take(std::string_view text) {
        if (!now().is(text)) return false;
        advance();
        return true;
    }
    void advance() {
        ++place_;
        furthest_ = std::max(furthest_, place_);
    }

    /// Goes back to `place` and fails.
    std::nullopt_t back(std::size_t place) {
        place_ = place;
        return std::nullopt;
    }

    bool is_axis(const Token& token) const { return context_.steps.contains(token.text); }
    /// The step that a token names: T for the last one of t.
    std::optional<std::int32_t> last_step(const Token& token) const {
        for (const auto& [letter, steps] : context_.steps) {
            std::string last = letter;
            last.front() =
                static_cast<char>(std::toupper(static_cast<unsigned char>(last.front())));
            if (token.is(last)) return steps - 1;
        }
        return std::nullopt;
    }

    bool variable() {
        if (!is_axis(now())) return false;
        advance();
        return true;
    }

    /// "+1", "-1", or nothing: 0.
    std::int32_t offset() {
        const bool is_signed = now().is("+") || now().is("-");
        if (!is_signed || next().kind != Token::Kind::number) return 0;
        const std::int32_t sign = now().is("+") ? 1 : -1;
        advance();
        return sign * whole_number();
    }

    std::int32_t whole_number() {
        const std::int32_t value = std::stoi(now().text);
        advance();
        return value;
    }

    /// "3", "-1", "T", "T-1".
    struct Limit {
        std::int32_t t = 0;
        bool is_last = false;  ///< said from the last step
    };
    std::optional<Limit> limit() {
        if (const auto last = last_step(now())) {
            advance();
            return Limit{*last + offset(), true};
        }
        if (now().kind == Token::Kind::number) return Limit{whole_number(), false};
        if (const std::int32_t negative = offset(); negative < 0) return Limit{negative, false};
        return std::nullopt;
    }

    /// "0..T" or "T-1..0". From the last step to a number it goes down, whatever the last step is,
    /// so that nothing is between T-1 and 0 when T is 0.
    struct Limits {
        Interval steps;
        bool is_descending = false;
    };
    std::optional<Limits> limits() {
        const auto first = limit();
        if (!first || !take("..")) return std::nullopt;
        const auto second = limit();
        if (!second) return std::nullopt;
        const bool is_descending =
            first->is_last != second->is_last ? first->is_last : first->t > second->t;
        if (is_descending) return Limits{{second->t, first->t}, true};
        return Limits{{first->t, second->t}, false};
    }

    /// "t+1", "3", "t=3".
    std::optional<EquationStep> step() {
        const std::size_t begin = place_;
        if (is_axis(now())) {
            advance();
            if (take("=")) {
                const auto t = limit();
                return t ? std::optional(EquationStep{0, true, t->t}) : std::nullopt;
            }
            place_ = begin;
        }
        if (variable()) return EquationStep{0, false, offset()};
        if (const auto t = limit()) return EquationStep{0, true, t->t};
        return std::nullopt;
    }

    /// "y", or "h(t-1)" with its parenthesis close by.
    std::optional<EquationTerm> name() {
        const std::size_t begin = place_;
        if (now().kind != Token::Kind::word) return std::nullopt;
        EquationTerm term{.name = now().text};
        advance();
        const bool has_step = now().is("(") && now().is_glued;
        if (!context_.names.contains({term.name, has_step})) return back(begin);
        if (!has_step) return term;
        advance();
        term.step = step();
        if (!term.step || !take(")")) return back(begin);
        return term;
    }

    /// What binds at least as tightly as `least`.
    std::optional<Parsed> expression(Precedence least, int depth) {
        if (depth > deepest) throw ParseError("equations: an expression is nested too deeply");
        std::optional<Parsed> left = first(least, depth);
        while (left) {
            std::optional<Parsed> longer = continued(*left, least, depth);
            if (!longer) break;
            left = std::move(longer);
        }
        return left;
    }

    std::optional<Parsed> first(Precedence least, int depth) {
        if (auto parsed = over_steps(least, depth)) return parsed;
        // A name is none of the functions that the equations have.
        if (auto term = name()) return Parsed{std::move(*term)};
        for (const Template& form : templates())
            if (!form.begins_with_operand() && form.op->precedence >= least)
                if (auto parsed = filled(form, std::nullopt, depth)) return parsed;
        if (auto number = lone_number()) return number;
        const std::size_t begin = place_;
        if (!take("(")) return std::nullopt;
        auto inside = expression(Precedence::sum, depth + 1);
        if (!inside || !take(")")) return back(begin);
        return Parsed{std::move(inside->term)};
    }

    /// The text reads from the left: a - b + c; but a power has no power as its base, and products
    /// of two kinds are in parentheses.
    std::optional<Parsed> continued(const Parsed& left, Precedence least, int depth) {
        for (const Template& form : templates()) {
            const Precedence own = form.op->precedence;
            if (!form.begins_with_operand() || own < least || left.precedence < own) continue;
            const bool is_equal = left.precedence == own && own != Precedence::atom;
            if (is_equal &&
                (own == Precedence::power || (own == Precedence::product && left.op != form.op)))
                continue;
            if (auto parsed = filled(form, left, depth)) return parsed;
        }
        return std::nullopt;
    }

    /// The template with what stands in its places; `left` is in the first one when it is given.
    std::optional<Parsed> filled(const Template& form, const std::optional<Parsed>& left,
                                 int depth) {
        const std::size_t begin = place_;
        EquationTerm term{.kind = EquationTerm::Kind::operation, .op = form.op};
        for (std::size_t i = 0; i < form.elements.size(); ++i) {
            const Element& element = form.elements[i];
            if (i == 0 && left)
                put(term, element.number, left->term);
            else if (!fill(term, element, depth))
                return back(begin);
        }
        return Parsed{std::move(term), form.op->precedence, form.op};
    }

    static void put(EquationTerm& term, std::size_t number, EquationTerm operand) {
        if (term.operands.size() <= number) term.operands.resize(number + 1);
        term.operands[number] = std::move(operand);
    }

    bool fill(EquationTerm& term, const Element& element, int depth) {
        switch (element.kind) {
            case Element::Kind::token:
                return take_token(element);
            case Element::Kind::attribute:
                return take_attribute(term, element);
            case Element::Kind::all:
                return take_all(term, element.token, depth);
            case Element::Kind::operand:
                break;
        }
        auto operand = expression(element.least, depth + 1);
        if (operand) put(term, element.number, std::move(operand->term));
        return operand.has_value();
    }

    /// The sign o is no gate o(t), and the function tanh( is no name before a parenthesis.
    bool take_token(const Element& element) {
        if (!now().is(element.token.text)) return false;
        const bool is_called = next().is("(") && next().is_glued;
        if (now().kind == Token::Kind::word && is_called != element.is_called) return false;
        advance();
        return true;
    }

    bool take_attribute(EquationTerm& term, const Element& element) {
        const bool is_delimited = element.least == Precedence::sum;
        const auto number = take_number(is_delimited ? NumberReach::sum : NumberReach::product);
        if (!number) return false;
        if (term.attributes.size() <= element.number) term.attributes.resize(element.number + 1);
        put(term, static_cast<std::uint32_t>(element.number), *number);
        return true;
    }

    std::optional<GrowingNumber> take_number(NumberReach reach) {
        const auto number = test::take_number(tokens_, place_, context_, reach);
        furthest_ = std::max(furthest_, place_);
        return number;
    }

    static void put(EquationTerm& term, std::uint32_t attribute, GrowingNumber number) {
        term.attributes[attribute] = number.value;
        if (number.slope != 0)
            term.growing.push_back({.attribute = attribute, .slope = number.slope});
    }

    /// A number that is a value by itself.
    std::optional<Parsed> lone_number() {
        const std::size_t begin = place_;
        const bool is_closed = now().is("(") || now().is("sqrt");
        const auto number = take_number(NumberReach::product);
        if (!number) return std::nullopt;
        Parsed parsed{{.kind = EquationTerm::Kind::number, .attributes = {0}}};
        put(parsed.term, 0, *number);
        if (!is_closed && place_ > begin + 1) parsed.precedence = Precedence::product;
        return parsed;
    }

    bool take_all(EquationTerm& term, const Token& sign, int depth) {
        const std::string below = sign.is(";") ? ";" : "";
        do {
            auto operand = expression(Precedence::sum, depth + 1);
            if (!operand) return false;
            const bool is_list = operand->term.kind == EquationTerm::Kind::list;
            if (is_list && operand->term.name != below) return false;
            term.operands.push_back(std::move(operand->term));
        } while (take(sign.text));
        return true;
    }

    /// "sum(t=0..T) a(t)", as far as a product reaches; "each(t=0..T: a(t), b(t))", with a
    /// semicolon where operands stand below each other, which is the name of the list then.
    std::optional<Parsed> over_steps(Precedence least, int depth) {
        const std::size_t begin = place_;
        const bool is_sum = now().is("sum");
        if (!is_sum && !now().is("each")) return std::nullopt;
        advance();
        if (!take("(") || !variable() || !take("=")) return back(begin);
        const auto steps = limits();
        if (!steps) return back(begin);
        EquationTerm term{.kind = is_sum ? EquationTerm::Kind::sum : EquationTerm::Kind::list,
                          .steps = steps->steps,
                          .is_descending = steps->is_descending};
        if (!is_sum) {
            const Token comma{Token::Kind::sign, ",", false};
            if (take(";"))
                term.name = ";";
            else if (!take(":"))
                return back(begin);
            if (!take_all(term, comma, depth) || !take(")")) return back(begin);
            return Parsed{std::move(term)};
        }
        if (!take(")") || least > Precedence::product) return back(begin);
        auto body = expression(Precedence::product, depth + 1);
        if (!body) return back(begin);
        term.operands.push_back(std::move(body->term));
        return Parsed{std::move(term), Precedence::product, &no_product};
    }

    /// What a sum over steps is told from products by.
    static constexpr Op no_product{};

    std::size_t place_ = 0;
    std::size_t furthest_ = 0;
    std::vector<Token> tokens_;
    const EquationContext& context_;
};

/// The name on the left side of a line, and whether it has a step.
std::pair<std::string, bool> left_side(const std::vector<Token>& tokens) {
    const bool has_step = tokens.size() > 1 && tokens[1].is("(");
    return {tokens.front().text, has_step};
}

}  // namespace

std::vector<EquationLine> parse_equations(std::string_view text, const EquationContext& given) {
    EquationContext context = given;
    std::vector<std::pair<std::string, std::vector<Token>>> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() != ' ') continue;  // a heading, a remark
        if (line.ends_with(" given") || line.ends_with(" trainable")) continue;  // of a leaf
        std::vector<Token> tokens = tokens_of(line);
        lines.emplace_back(line, std::move(tokens));
        context.names.insert(left_side(lines.back().second));
    }
    std::vector<EquationLine> parsed;
    for (auto& [line, tokens] : lines) {
        LineParser parser(tokens, context);
        std::optional<EquationLine> one = parser.line();
        if (!one)
            throw ParseError(
                fmt::format("equations: cannot be read at \"{}\"\n {}", parser.furthest(), line));
        one->text = line;
        parsed.push_back(std::move(*one));
    }
    return parsed;
}

}  // namespace revolute::test
