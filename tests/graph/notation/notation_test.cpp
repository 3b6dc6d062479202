#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

using namespace revolute;
using test::message_of;

namespace {

/// Square matrices a, b, c, and a number s, and what formulas of them are written like.
struct Letters {
    Graph graph;
    Expr a = graph.input("a", {2, 2}), b = graph.input("b", {2, 2}), c = graph.input("c", {2, 2});
    Expr s = graph.input("s", {1, 1});
};

std::string text(Expr x) { return expression(x, Notation::text).text; }
std::string latex(Expr x) { return expression(x, Notation::latex).text; }

Shape first_shape(const ShapeArguments& x) { return x[0]; }

}  // namespace

TEST_CASE("notation: sums read from the left without parentheses") {
    Letters l;
    CHECK(text(l.a + l.b + l.c) == "a + b + c");
    CHECK(text(l.a - l.b - l.c) == "a - b - c");
    CHECK(text(l.a - l.b + l.c) == "a - b + c");
}

TEST_CASE("notation: a sum on the right of a sum is in parentheses") {
    Letters l;
    CHECK(text(l.a - (l.b - l.c)) == "a - (b - c)");
    CHECK(text(l.a - (l.b + l.c)) == "a - (b + c)");
    CHECK(text(l.a + (l.b + l.c)) == "a + (b + c)");
}

TEST_CASE("notation: products read from the left and the other way round in parentheses") {
    Letters l;
    CHECK(text((l.a * l.b) * l.c) == "a b c");
    CHECK(text(l.a * (l.b * l.c)) == "a (b c)");
    CHECK(text(hadamard(l.a, hadamard(l.b, l.c))) == "a o (b o c)");
    CHECK(text(hadamard(hadamard(l.a, l.b), l.c)) == "a o b o c");
    CHECK(text(hadamard(l.a, l.b * l.c)) == "a o (b c)");
}

TEST_CASE("notation: a product of one kind in a product of another is in parentheses") {
    Letters l;
    CHECK(text(hadamard(l.a * l.b, l.c)) == "(a b) o c");
    CHECK(text(hadamard(l.a, l.b) * l.c) == "(a o b) c");
    CHECK(text(hadamard(l.a, l.b) / l.c) == "(a o b) / c");
}

TEST_CASE("notation: a product in a sum needs none and a sum in a product does") {
    Letters l;
    CHECK(text(l.a * l.b + l.c) == "a b + c");
    CHECK(text(l.a + l.b * l.c) == "a + b c");
    CHECK(text((l.a + l.b) * l.c) == "(a + b) c");
    CHECK(text(l.a * (l.b - l.c)) == "a (b - c)");
}

TEST_CASE("notation: a minus sign holds as far as a product") {
    Letters l;
    CHECK(text(-(l.a + l.b)) == "-(a + b)");
    CHECK(text(-(l.a * l.b)) == "-a b");
    CHECK(text(-l.a + l.b) == "-a + b");
    CHECK(text(l.a + -l.b) == "a + (-b)");
    CHECK(text(-(-l.a)) == "-(-a)");
    CHECK(text((-l.a) * l.b) == "(-a) b");
    CHECK(text(l.a * -l.b) == "a (-b)");
}

TEST_CASE("notation: powers of what is not a name are in parentheses") {
    Letters l;
    CHECK(text(square(l.a)) == "a^2");
    CHECK(text(square(l.a + l.b)) == "(a + b)^2");
    CHECK(text(square(l.a * l.b)) == "(a b)^2");
    CHECK(text(transpose(l.a * l.b)) == "(a b)'");
    CHECK(text(square(-l.a)) == "(-a)^2");
}

TEST_CASE("notation: a power of a power is in parentheses") {
    // LaTeX refuses x^{\top}^{2}.
    Letters l;
    CHECK(text(square(transpose(l.a))) == "(a')^2");
    CHECK(text(transpose(square(l.a))) == "(a^2)'");
    CHECK(latex(square(transpose(l.a))) == "\\left(a^{\\top}\\right)^{\\circ 2}");
    CHECK(latex(square(square(l.a))) == "\\left(a^{\\circ 2}\\right)^{\\circ 2}");
}

TEST_CASE("notation: a power in a product needs no parentheses") {
    Letters l;
    CHECK(text(transpose(l.a) * square(l.b)) == "a' b^2");
}

TEST_CASE("notation: numbers are factors, negative ones in parentheses") {
    Letters l;
    CHECK(text(2.0 * l.a) == "2 a");
    CHECK(text(2.0 * (l.a * l.b)) == "2 (a b)");
    CHECK(text(0.5 * (2.0 * l.a)) == "0.5 (2 a)");
    CHECK(text(-2.0 * l.a) == "(-2) a");
}

TEST_CASE("notation: constants stand where they are used, negative ones in parentheses") {
    Letters l;
    CHECK(text(1.0 - l.a) == "1 - a");
    CHECK(text(l.a + (-1.5)) == "a + (-1.5)");
    CHECK(text(l.a - (-1.5)) == "a - (-1.5)");
    CHECK(text(-1.5 + l.a) == "-1.5 + a");
    CHECK(text(square(l.graph.constant(-2.0, {2, 2}))) == "(-2)^2");
}

TEST_CASE("notation: negative zero has its sign and its parentheses") {
    Letters l;
    CHECK(text(l.a + (-0.0)) == "a + (-0)");
    CHECK(text(l.a + 0.0) == "a + 0");
}

TEST_CASE("notation: numbers are as short as reads back exactly") {
    CHECK(number_formula(0.1).text == "0.1");
    CHECK(number_formula(1.0 / 3.0).text == "1 / 3");
    CHECK(number_formula(1e-300).text == "1e-300");
    CHECK(number_formula(3.0).text == "3");
    CHECK(number_formula(-3.0).precedence == Precedence::sum);
    CHECK(number_formula(3.0).precedence == Precedence::atom);
}

TEST_CASE(
    "notation: a quotient of small whole numbers is written as it, and reads back to the bit") {
    for (int below = 2; below <= 999; ++below)
        for (int above = 1; above <= 999; above += below < 30 ? 1 : 37) {
            const double value = static_cast<double>(above) / below;
            const std::string written = number_formula(value).text;
            const std::size_t sign = written.find(" / ");
            const double read = sign == std::string::npos ? std::stod(written)
                                                          : std::stod(written.substr(0, sign)) /
                                                                std::stod(written.substr(sign + 3));
            CAPTURE(above);
            CAPTURE(below);
            CHECK(read == value);
            CHECK(written.size() <= std::string_view("999 / 999").size());
            CHECK(number_formula(-value).text == "-" + written);
        }
}

TEST_CASE("notation: what four digits say, and what is no quotient to the bit, is a decimal") {
    CHECK(number_formula(0.25).text == "0.25");
    CHECK(number_formula(0.03125).text == "0.03125");
    CHECK(number_formula(0.015625).text == "1 / 64");
    const double behind = std::nextafter(1.0 / 3.0, 1.0);
    CHECK(number_formula(behind).text == fmt::format("{}", behind));
    CHECK(number_formula(0.1 + 0.2).text == "0.30000000000000004");
    CHECK(number_formula(1.0 / 1001.0).text == fmt::format("{}", 1.0 / 1001.0));
    CHECK(number_formula(5e-324).text == "5e-324");
}

TEST_CASE("notation: a quotient is in parentheses where it is a factor") {
    Letters l;
    const double third = 1.0 / 3.0;
    CHECK(text(third * l.a) == "(1 / 3) a");
    CHECK(text(-third * l.a) == "(-1 / 3) a");
    CHECK(text(l.a + third) == "a + 1 / 3");
    CHECK(text(l.a - third) == "a - 1 / 3");
    CHECK(text(square(l.graph.constant(third, {2, 2}))) == "(1 / 3)^2");
    CHECK(latex(third * l.a) == "\\frac{1}{3} \\, a");
    CHECK(latex(-third * l.a) == "\\left(-\\frac{1}{3}\\right) \\, a");
}

TEST_CASE("notation: what a template has between delimiters gets no second pair") {
    Letters l;
    CHECK(text(tanh(l.a + l.b)) == "tanh(a + b)");
    CHECK(latex(tanh(l.a + l.b)) == "\\tanh\\left(a + b\\right)");
    CHECK(text(sum(-l.a)) == "sum(-a)");
}

TEST_CASE("notation: attributes stand in the template") {
    Letters l;
    CHECK(text(broadcast(l.s, 2, 3)) == "broadcast(s, 2, 3)");
    CHECK(text(broadcast_columns(row_sums(l.a), 4)) == "broadcast_columns(row_sums(a), 4)");
    CHECK(text(broadcast_rows(column_sums(l.a), 4)) == "broadcast_rows(column_sums(a), 4)");
}

TEST_CASE("notation: a number node times a matrix has a star") {
    Letters l;
    CHECK(text(multiply(l.s, l.a + l.b)) == "s * (a + b)");
    CHECK(latex(multiply(l.s, l.a)) == "s \\cdot a");
}

TEST_CASE("notation: mse says its half") {
    Letters l;
    CHECK(text(mse(l.a, l.b)) == "1/2 mean |a - b|^2");
    CHECK(latex(mse(l.a, l.b)) == "\\tfrac{1}{2B} \\left\\lVert a - b \\right\\rVert^{2}");
}

TEST_CASE("notation: accumulate writes all its operands as a sum") {
    Letters l;
    const std::vector<Expr> terms{l.a * l.b, -l.b, l.c};
    CHECK(text(accumulate(terms)) == "a b - b + c");
    CHECK(latex(accumulate(terms)) == "a b - b + c");
    CHECK(text(hadamard(l.a, accumulate(terms))) == "a o (a b - b + c)");
}

TEST_CASE("notation: LaTeX has its own products and parentheses") {
    Letters l;
    CHECK(latex(hadamard(l.a, l.b)) == "a \\odot b");
    CHECK(latex(transpose(l.a) * (l.b + l.c)) == "a^{\\top} \\left(b + c\\right)");
}

TEST_CASE("notation: LaTeX tells the powers of entries from those of a matrix") {
    static constexpr Op cube_op{.name = "cube",
                                .shape = first_shape,
                                .role = Role::elementwise,
                                .latex = "#1^{3}",
                                .latex_precedence = Precedence::power};
    Letters l;
    CHECK(latex(square(l.a)) == "a^{\\circ 2}");
    CHECK(latex(reciprocal(l.a)) == "a^{\\circ -1}");
    CHECK(latex(power(l.a, 2.5)) == "a^{\\circ 2.5}");
    CHECK(latex(apply(cube_op, {l.a})) == "a^{\\circ 3}");
    CHECK(latex(square(l.s)) == "s^{2}");
    CHECK(latex(reciprocal(l.s)) == "s^{-1}");
    CHECK(latex(apply(cube_op, {l.s})) == "s^{3}");
}

TEST_CASE("notation: LaTeX writes an operator without templates as an operator") {
    static constexpr Op far_op{.name = "far_from", .arity = 2, .shape = first_shape};
    Letters l;
    CHECK(latex(apply(far_op, {l.a + l.b, l.c})) ==
          "\\operatorname{far\\_from}\\left(a + b, c\\right)");
}

TEST_CASE("notation: an operator without templates is written as a function") {
    static constexpr Op mix_op{.name = "mix", .arity = 2, .shape = first_shape};
    Letters l;
    CHECK(text(apply(mix_op, {l.a + l.b, l.c})) == "mix(a + b, c)");
    CHECK(text(square(apply(mix_op, {l.a, l.c}))) == "mix(a, c)^2");
}

TEST_CASE("notation: an operator without templates is written with all of many operands") {
    static constexpr Op many_op{.name = "many", .arity = variadic, .shape = first_shape};
    Letters l;
    std::vector<Operand> operands(9, l.a);
    operands.push_back(l.b);
    operands.push_back(l.c);
    CHECK(text(apply_to_all(many_op, operands)) == "many(a, a, a, a, a, a, a, a, a, b, c)");
}

TEST_CASE("notation: a leaf gives its operator's name") {
    Letters l;
    const auto none = [](std::uint32_t) { return Formula{}; };
    CHECK(formula(l.graph, l.a.id, Notation::text, none).text == "input");
    CHECK(formula(l.graph, l.graph.parameter("W", {1, 1}).id, Notation::text, none).text ==
          "parameter");
}

TEST_CASE("notation: an expression stops at named nodes") {
    Letters l;
    const Expr h = tanh(l.a).named("h");
    CHECK(text(h * l.b) == "h b");
    CHECK(text(h) == "tanh(a)");
}

TEST_CASE("notation: an empty expression cannot be written") {
    CHECK(test::message_of<GraphError>([] { expression(Expr{}, Notation::text); }) ==
          "expression: an expression is empty");
}

TEST_CASE("notation: LaTeX writes powers of ten and infinity as mathematics") {
    CHECK(number_formula(1e-5, Notation::latex).text == "1 \\cdot 10^{-5}");
    CHECK(number_formula(2.5e300, Notation::latex).text == "2.5 \\cdot 10^{300}");
    CHECK(number_formula(1e-5, Notation::latex).precedence == Precedence::product);
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(number_formula(-infinity, Notation::latex).text == "-\\infty");
    CHECK(number_formula(0.5, Notation::latex).text == "0.5");
}

TEST_CASE("notation: an operator without templates is written with its attributes") {
    static constinit const Op shift{.name = "shift", .shape = first_shape};
    Letters l;
    CHECK(text(apply(shift, {l.a}, {2.0, -1.0})) == "shift(a, 2, -1)");
}

TEST_CASE("notation: a place that the node does not have is the record's defect") {
    static constinit const Op wrong{.name = "wrong", .shape = first_shape, .text = "#1 + #2"};
    static constinit const Op worse{.name = "worse", .shape = first_shape, .text = "#1 @1"};
    Letters l;
    CHECK(message_of<InternalError>([&] { text(apply(wrong, {l.a})); }) ==
          "wrong: its form \"#1 + #2\" has no such place as #2");
    CHECK(message_of<InternalError>([&] { text(apply(worse, {l.a})); }) ==
          "worse: its form \"#1 @1\" has no such place as @1");
}

TEST_CASE(
    "notation: what a form takes a power or a transpose of is in parentheses unless it is one "
    "thing") {
    static constinit const Op square_and_one{.name = "square_and_one",
                                             .arity = 1,
                                             .shape = first_shape,
                                             .text = "#1^2 + 1",
                                             .precedence = Precedence::sum,
                                             .latex = "#1^{2} + 1"};
    static constinit const Op bell{.name = "bell",
                                   .arity = 2,
                                   .shape = first_shape,
                                   .text = "#1 / (1 + 2^#2 + #2')",
                                   .precedence = Precedence::product};
    Letters l;
    const auto of = [](Expr x) { return apply(square_and_one, {x}); };
    CHECK(text(of(l.a)) == "a^2 + 1");
    CHECK(text(of(l.a + l.b)) == "(a + b)^2 + 1");
    CHECK(text(of(l.a * l.b)) == "(a b)^2 + 1");
    CHECK(text(of(-l.a)) == "(-a)^2 + 1");
    CHECK(text(of(of(l.a))) == "(a^2 + 1)^2 + 1");
    CHECK(text(of(square(l.a))) == "(a^2)^2 + 1");
    CHECK(text(of(transpose(l.a))) == "(a')^2 + 1");
    CHECK(latex(of(square(l.a))) == "\\left(a^{\\circ 2}\\right)^{2} + 1");
    CHECK(text(apply(bell, {l.a * l.b, l.b})) == "(a b) / (1 + 2^b + b')");
    CHECK(text(apply(bell, {l.a + l.b, l.a * l.b})) == "(a + b) / (1 + 2^(a b) + (a b)')");
}

TEST_CASE("notation: an expression that doubles at every node stays short") {
    Letters l;
    Expr x = l.a;
    for (int i = 0; i < 60; ++i) x = x + x;
    CHECK(text(x).size() < 10'000);
    CHECK(text(x).find("...") != std::string::npos);
    CHECK(text(l.a + l.a) == "a + a");
}
