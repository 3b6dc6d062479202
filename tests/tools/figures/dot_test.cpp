#include "figure_models.hpp"
#include "graphviz_program.hpp"
#include <revolute/tools/figures/layout/layout.hpp>
#include <support/golden.hpp>

#include <doctest/doctest.h>

namespace revolute {

namespace {

using test::dot_of;

/// Graphviz takes the figure, and draws it where the file says, by whatever name it is called.
void check_accepted(const Figure& figure) {
    if (!test::has_graphviz()) return;
    const std::string dot = dot_of(figure);
    const test::Drawing placed = test::drawn_by("neato -n2 -Tsvg", dot);
    CHECK(placed.status == "0");
    CHECK(test::drawn_by("dot -Tsvg", dot) == placed);
    CHECK(test::graphviz("dot -Tsvg", dot_of(figure, {.positions = false})) == "0");
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

}  // namespace

TEST_CASE("dot: a small graph is written as in the golden file") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2}, SourceLine{"net.cpp", 3});
    const Expr x = graph.input("x", {2, 1}, SourceLine{"net.cpp", 4});
    const SourceLine line{"net.cpp", 5};
    const Expr y = tanh({Operand{W, line} * Operand{x, line}, line}).named("y");
    test::check_golden("tools/golden/small.dot", dot_of(forward(y, {"A small graph"})));
}

TEST_CASE("dot: the joint figure of the simple net is written as in the golden file") {
    Graph graph;
    const SourceLine line{"net.cpp", 1};
    const SimpleRnn cell(graph, 2, 3, tanh, {}, line);
    const ManyToOne net =
        many_to_one(cell, {.steps = 2, .input = 2, .hidden = 3}, InitialState::given, line);
    const Derivative derivative = differentiate(net.loss, net.variables());
    test::check_golden("tools/golden/joint.dot", dot_of(joint(derivative)));
    test::check_golden("tools/golden/local.dot", dot_of(local_derivatives(derivative)));
}

TEST_CASE("dot: Graphviz accepts every view") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3, .batch = 2}, InitialState::trainable);
    check_accepted(forward(net.model.loss, {"Forward"}));
    check_accepted(backward(net.derivative));
    check_accepted(joint(net.derivative, {"Joint", LabelMode::shape}));
    check_accepted(local_derivatives(net.derivative));
}

TEST_CASE("dot: any text in names and titles is escaped") {
    Graph graph;
    const std::vector<std::string> names{
        R"("quoted")",  "<b>",          "a|b",     "{c}",   "back\\slash",
        "trailing\\",   "new\nline",    "\\N \\G", "&amp;", "π ∘ 日本",
        "bad \xFF utf", "\x01\x1A\x1B", "%3",      "node",  "digraph { a -> b }",
        "-->",          "]]>",          "'",       " ",     "\xEF\xBF\xBF"};
    std::vector<Expr> outputs;
    for (const std::string& name : names)
        outputs.push_back(tanh(graph.parameter(name, {})).named(name + "'"));
    const Figure figure = forward(outputs, {"\"<b>&{|}\\\n"});
    check_accepted(figure);
    const std::string dot = dot_of(figure);
    CHECK(dot.find("<B>&lt;b&gt;</B>") != std::string::npos);
    CHECK(dot.find("back\\\\slash: parameter") != std::string::npos);
    CHECK(dot.find("label=<<B>back\\\\slash</B>>") != std::string::npos);
}

TEST_CASE("dot: there is a statement for every node and every edge") {
    const test::Net net({.steps = 3}, InitialState::given);
    const Figure figure = joint(net.derivative);
    const std::string dot = dot_of(figure);
    CHECK(count(dot, "\" [label=<") == figure.nodes.size());
    CHECK(count(dot, "\" -> \"") == figure.edges.size());
}

TEST_CASE("dot: the same figure gives the same bytes") {
    const auto write = [] {
        const test::Net net({.steps = 4, .input = 2, .hidden = 3}, InitialState::given);
        return dot_of(joint(net.derivative));
    };
    CHECK(write() == write());
}

TEST_CASE("dot: positions are left out when nobody asks, and from large figures") {
    const test::Net net({.steps = 2});
    const Figure figure = forward(net.model.loss);
    CHECK(dot_of(figure).find("pos=") != std::string::npos);
    CHECK(dot_of(figure, {.positions = false}).find("pos=") == std::string::npos);
    CHECK(dot_of(figure, {.most_placed_nodes = 5}).find("pos=") == std::string::npos);
    Figure placed = figure;
    REQUIRE(lay_out(placed));
    CHECK(dot_of(placed) == dot_of(figure));
    CHECK(dot_of(placed, {.positions = false}) == dot_of(figure, {.positions = false}));
}

TEST_CASE("dot: an empty figure is a graph without nodes") {
    if (test::has_graphviz()) CHECK(test::graphviz("dot -Tsvg", dot_of({})) == "0");
}

}  // namespace revolute
