#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/loss.hpp>
#include <support/equation_templates.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace revolute::test {

namespace {

constexpr Precedence above(Precedence x) {
    return x == Precedence::atom ? x : static_cast<Precedence>(static_cast<int>(x) + 1);
}

std::string template_text(const Op& op) {
    if (!op.text.empty()) return std::string(op.text);
    std::string places;
    const auto add = [&places](char sign, std::size_t number) {
        places += fmt::format("{}{}{}", places.empty() ? "" : ", ", sign, number);
    };
    for (std::size_t i = 1; i <= op.arity; ++i) add('#', i);
    for (std::size_t i = 1; i <= op.example.attribute_count; ++i) add('@', i);
    return fmt::format("{}({})", op.name, places);
}

Template template_of(const Op& op) {
    Template result{&op, {}};
    const std::string text = template_text(op);
    const std::vector<Token> tokens = tokens_of(text);
    const auto is_one_of = [](const Token& token, std::string_view signs) {
        return token.kind == Token::Kind::sign && signs.find(token.text) != std::string_view::npos;
    };
    for (std::size_t i = 0; tokens[i].kind != Token::Kind::end; ++i) {
        Element element;
        element.token = tokens[i];
        element.is_called = tokens[i].kind == Token::Kind::word && tokens[i + 1].is("(");
        if (is_one_of(tokens[i], "#@")) {
            const Token& which = tokens[i + 1];
            const bool is_delimited =
                i > 0 && is_one_of(tokens[i - 1], "({,") && is_one_of(tokens[i + 2], ")},");
            element.least = is_delimited ? Precedence::sum : above(op.precedence);
            element.kind = tokens[i].is("@") ? Element::Kind::attribute : Element::Kind::operand;
            if (which.kind == Token::Kind::number) {
                element.number = std::stoul(which.text) - 1;
            } else {
                element.kind = Element::Kind::all;
                element.token = which;
            }
            ++i;
        }
        result.elements.push_back(element);
    }
    return result;
}

/// mean |a - b|^2, which equations write for twice the operator.
const Op& mean_square() {
    static const Op mean = [] {
        Op op = mse_op;
        op.text = "mean |#1 - #2|^2";
        op.precedence = Precedence::power;
        op.evaluate = [](const Arguments& x, MatrixView y) {
            mse_op.evaluate(x, y);
            y(0, 0) *= 2;
        };
        return op;
    }();
    return mean;
}

}  // namespace

const std::vector<Template>& templates() {
    static const std::vector<Template> all = [] {
        std::vector<Template> made;
        // A sum of all operands needs no template of its own: it reads as additions.
        for (const Op* op : catalogue())
            if (Template form = template_of(*op); form.elements.front().kind != Element::Kind::all)
                made.push_back(std::move(form));
        made.push_back(template_of(mean_square()));
        std::ranges::stable_sort(made, std::ranges::greater{}, &Template::tokens);
        return made;
    }();
    return all;
}

}  // namespace revolute::test
