#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/rewriting/rewrite_rules.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using test::message_of;

namespace {

/// What the only rule of a set makes of the node.
std::optional<Expr> rewritten(const RuleSet& rules, Expr node) {
    return rules.rewrite(0, {.node = node});
}

}  // namespace

TEST_CASE("rewrite rules: an equation puts its right side in the place of its left side") {
    RuleSet rules;
    const Expr x = rules.any("x"), y = rules.any("y");
    rules.add("swap", x - y, -(y - x));
    Graph graph;
    const Expr a = graph.input("a", {2, 3}), b = graph.input("b", {2, 3});
    CHECK(rewritten(rules, a - b) == -(b - a));
    CHECK_FALSE(rewritten(rules, a + b).has_value());
    CHECK(rules.equation(0) == "x - y = -(y - x)");
}

TEST_CASE("rewrite rules: a leaf that is used twice stands for one value") {
    RuleSet rules;
    const Expr x = rules.any("x");
    rules.add("self", hadamard(x, x), square(x));
    Graph graph;
    const Expr a = graph.input("a", {2, 3}), b = graph.input("b", {2, 3});
    CHECK(rewritten(rules, hadamard(a, a)) == square(a));
    CHECK_FALSE(rewritten(rules, hadamard(a, b)).has_value());
}

TEST_CASE("rewrite rules: a size of one stands for one, any other for any") {
    RuleSet rules;
    const Expr s = rules.any("s", {1, 2});
    rules.add("row", transpose(transpose(s)), s);
    Graph graph;
    const Expr row = graph.input("r", {1, 5}), number = graph.input("n", {1, 1});
    const Expr matrix = graph.input("m", {2, 5});
    CHECK(rewritten(rules, transpose(transpose(row))) == row);
    CHECK(rewritten(rules, transpose(transpose(number))) == number);
    CHECK_FALSE(rewritten(rules, transpose(transpose(matrix))).has_value());
}

TEST_CASE("rewrite rules: a number matches a constant of its value, whatever its shape") {
    RuleSet rules;
    const Expr x = rules.any("x");
    rules.add("one", hadamard(x, rules.number(1.0)), x);
    Graph graph;
    const Expr a = graph.input("a", {2, 3});
    CHECK(rewritten(rules, hadamard(a, graph.constant(1.0, {2, 3}))) == a);
    CHECK_FALSE(rewritten(rules, hadamard(a, graph.constant(2.0, {2, 3}))).has_value());
    CHECK_FALSE(rewritten(rules, hadamard(a, a)).has_value());
}

TEST_CASE("rewrite rules: a constant that is the right side gets the shape of the left side") {
    RuleSet rules;
    const Expr x = rules.any("x"), zero = rules.number(0.0);
    rules.add("zero", x * zero, zero);
    Graph graph;
    const Expr a = graph.input("a", {2, 3});
    CHECK(rewritten(rules, a * graph.constant(0.0, {3, 5})) == graph.constant(0.0, {2, 5}));
}

TEST_CASE("rewrite rules: attributes are matched and copied") {
    RuleSet rules;
    const Expr x = rules.any("x");
    rules.add("four", scale(2.0, scale(2.0, x)), scale(4.0, x));
    Graph graph;
    const Expr a = graph.input("a", {2, 3});
    CHECK(rewritten(rules, scale(2.0, scale(2.0, a))) == scale(4.0, a));
    CHECK_FALSE(rewritten(rules, scale(2.0, scale(3.0, a))).has_value());
}

TEST_CASE("rewrite rules: where the inside must be used once, what is not known is no match") {
    RuleSet rules;
    const Expr x = rules.any("x"), y = rules.any("y");
    rules.add("product", transpose(x * y), transpose(y) * transpose(x), Inside::used_once);
    Graph graph;
    const Expr a = graph.input("a", {2, 3}), b = graph.input("b", {3, 4});
    CHECK_FALSE(rewritten(rules, transpose(a * b)).has_value());
}

TEST_CASE("rewrite rules: those for all operators come before those for one") {
    RuleSet rules;
    const Rewrite never = [](const Site&) { return std::optional<Expr>(); };
    rules.add("of tanh", {&tanh_op}, "", never);
    rules.add_everywhere("first", "", never);
    rules.add("of sigmoid and tanh", {&sigmoid_op, &tanh_op}, "", never);
    rules.add_everywhere("second", "", never);
    const auto names = [&](const Op& op) {
        std::string text;
        for (const std::uint32_t rule : rules.rules_for(op))
            text += std::string(rules.name(rule)) + "; ";
        return text;
    };
    CHECK(names(tanh_op) == "first; second; of tanh; of sigmoid and tanh; ");
    CHECK(names(sigmoid_op) == "first; second; of sigmoid and tanh; ");
    CHECK(names(relu_op) == "first; second; ");
}

TEST_CASE("rewrite rules: one that is left out is not applied, and must be there") {
    RuleSet rules;
    const Expr x = rules.any("x");
    rules.add("twice", x + x, 2.0 * x);
    rules.add_everywhere("never", "x = x", [](const Site&) { return std::optional<Expr>(); });
    rules.leave_out("twice");
    rules.leave_out("never");
    Graph graph, there;
    const Expr a = graph.input("a", {2, 3}), y = a + a;
    CHECK(to_text(simplify(std::span(&y, 1), there, rules).outputs) == to_text(y));
    CHECK(rules.rules_for(add_op).empty());
    CHECK(message_of<GraphError>([&] { rules.leave_out("thrice"); }) ==
          "rules: there is none called thrice");
}

TEST_CASE("rewrite rules: a second rule of a name is refused") {
    RuleSet rules;
    const Expr x = rules.any("x");
    rules.add("negate-twice", -(-x), x);
    const Rewrite never = [](const Site&) { return std::optional<Expr>(); };
    const char* text = "rewrite rule negate-twice: must have a name of its own";
    CHECK(message_of<GraphError>([&] { rules.add("negate-twice", x + 0.0, x); }) == text);
    CHECK(message_of<GraphError>([&] { rules.add("negate-twice", {&add_op}, "", never); }) == text);
    CHECK(message_of<GraphError>([&] { rules.add_everywhere("negate-twice", "", never); }) == text);
}

TEST_CASE("rewrite rules: sides of two shapes are refused") {
    RuleSet rules;
    const Expr x = rules.any("x", {2, 3});
    CHECK(message_of<ShapeError>([&] { rules.add("wrong", -transpose(x), x); }) ==
          "rewrite rule wrong: both sides must have one shape ([3 x 2] and [2 x 3])");
}

TEST_CASE("rewrite rules: expressions of another graph are refused") {
    RuleSet rules;
    Graph graph;
    const Expr x = rules.any("x"), other = graph.input("x", {2, 2});
    const char* text = "rewrite rule mixed: both sides must be made of what this rule set gave";
    CHECK(message_of<GraphError>([&] { rules.add("mixed", -x, other); }) == text);
    CHECK(message_of<GraphError>([&] { rules.add("mixed", -other, x); }) == text);
    CHECK(message_of<GraphError>([&] { rules.add("mixed", -x, Expr{}); }) == text);
}

TEST_CASE("rewrite rules: a left side that is a leaf is refused") {
    RuleSet rules;
    const Expr x = rules.any("x");
    CHECK(message_of<GraphError>([&] { rules.add("leaf", x, x + 0.0); }) ==
          "rewrite rule leaf: the left side must be an operator applied to something");
}

TEST_CASE("rewrite rules: what stands on the right only is refused") {
    RuleSet rules;
    const Expr x = rules.any("x"), y = rules.any("y");
    CHECK(message_of<GraphError>([&] { rules.add("free", -x, x + y); }) ==
          "rewrite rule free: what stands on the right must stand on the left too (y)");
    CHECK(message_of<GraphError>([&] { rules.add("free", -x, 0.5 - x); }) ==
          "rewrite rule free: what stands on the right must stand on the left too (0.5)");
}

TEST_CASE("rewrite rules: more nodes than a rule may have are refused") {
    RuleSet rules;
    Expr left = rules.any("x");
    const Expr x = left;
    for (std::size_t i = 0; i < RuleSet::most_pattern_nodes; ++i) left = tanh(left);
    CHECK(message_of<GraphError>([&] { rules.add("long", left, x); }) ==
          "rewrite rule long: must have 16 nodes at most (17)");
}

TEST_CASE("rewrite rules: a function that makes another shape is a defect") {
    RuleSet rules;
    rules.add("wrong", {&tanh_op}, "",
              [](const Site& site) { return std::optional(transpose(site.node)); });
    Graph graph;
    const Scope made_here(graph, SourceLine{"rules.cpp", 7});
    const Expr y = tanh(graph.input("x", {2, 3}));
    CHECK(message_of<InternalError>([&] { rewritten(rules, y); }) ==
          "rewrite rule wrong: made tanh(x)', which is [3 x 2]\n"
          "  of unnamed tanh [2 x 3], made at rules.cpp:7");
}

TEST_CASE("rewrite rules: a function that makes no expression of the graph is a defect") {
    RuleSet rules;
    rules.add("empty", {&tanh_op}, "", [](const Site&) { return std::optional(Expr{}); });
    Graph graph;
    const Scope made_here(graph, SourceLine{"rules.cpp", 7});
    const Expr y = tanh(graph.input("x", {2, 3}));
    CHECK(message_of<InternalError>([&] { rewritten(rules, y); }) ==
          "rewrite rule empty: made no expression of the graph\n"
          "  of unnamed tanh [2 x 3], made at rules.cpp:7");
}
