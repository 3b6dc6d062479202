#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/bindings.hpp>
#include <support/message.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace revolute;
using test::message_of;

namespace {

Expr copy_of(Expr x, Graph& destination) {
    return extract(std::span(&x, 1), destination).outputs.front();
}

/// Everything that a graph tells of a node, but ids.
std::string facts(const Graph& graph, NodeId id) {
    std::string text =
        fmt::format("{} {} {}", graph.op(id).name, graph.describe(id), graph.label(id));
    for (const Graph::Alias& alias : graph.aliases(id))
        text += fmt::format(" alias {}", alias.name);
    for (const double attribute : graph.attributes(id)) text += fmt::format(" @{}", attribute);
    return text;
}

}  // namespace

TEST_CASE("extract: copies the outputs' ancestors and leaves the rest behind") {
    Graph graph, copy;
    const Expr a = graph.input("a", {1, 1});
    const Expr unused = graph.input("unused", {1, 1});
    const Expr y = tanh(a);
    square(y);
    const Extracted extracted = extract(std::span(&y, 1), copy);
    CHECK(copy.size() == 2);
    REQUIRE(extracted.copies.size() == graph.size());
    CHECK(extracted.outputs.front().id == extracted.copies[index(y.id)]);
    CHECK_FALSE(extracted.copies[index(unused.id)].has_value());
    CHECK(graph.size() == 4);
}

TEST_CASE("extract: keeps names and aliases") {
    Graph graph, copy;
    const Expr y = tanh(graph.input("a", {1, 1})).named("y").named("also");
    const Expr copied = copy_of(y, copy);
    CHECK(copied.label() == "y");
    REQUIRE(copy.aliases(copied.id).size() == 1);
    CHECK(copy.aliases(copied.id)[0].name == "also");
}

TEST_CASE("extract: keeps steps of leaves and computed nodes on all axes") {
    Graph graph, copy;
    Expr x, y;
    {
        const Scope scope(graph, Step{1, 2});
        x = graph.input("x", {2, 1});
    }
    {
        const Scope scope(graph, Step{0, 3});
        y = tanh(x);
    }
    const Scope unrelated(copy, Step{0, 77});
    const Extracted extracted = extract(std::span(&y, 1), copy);
    CHECK(copy.step(*extracted.copies[index(x.id)]) == Step{1, 2});
    CHECK(copy.step(*extracted.copies[index(y.id)]) == Step{0, 3});
    CHECK(copy.open_step() == Step{0, 77});
}

TEST_CASE("extract: a stepless leaf stays stepless inside an open scope") {
    Graph graph, copy;
    const Expr x = graph.input("x", {1, 1});
    const Scope unrelated(copy, Step{0, 77});
    CHECK_FALSE(copy_of(x, copy).step().has_value());
}

TEST_CASE("extract: keeps source lines") {
    Graph graph, copy;
    const Expr y = tanh(graph.input("a", {1, 1}));
    const int line = __LINE__ - 1;
    const Scope elsewhere(copy, SourceLine{"elsewhere.cpp", 1});
    CHECK(copy.origin(copy_of(y, copy).id) == fmt::format("made at extract_test.cpp:{}", line));
}

TEST_CASE("extract: keeps of which node's adjoint a node is") {
    Graph graph, copy;
    const Expr w = graph.parameter("w", {1, 1}), unused = graph.parameter("unused", {1, 1});
    tanh(unused);
    const Expr h = tanh(w).named("h");
    const Expr gradient = differentiate(h, {w})[w];
    CHECK(graph.origin(gradient.id) == "made by the adjoint of h");
    CHECK(copy.origin(copy_of(gradient, copy).id) == "made by the adjoint of h");
}

TEST_CASE("extract: a node whose adjoint it was part of may be left behind") {
    Graph graph, copy;
    const Expr w = graph.parameter("w", {1, 1}), x = graph.input("x", {1, 1});
    const Expr y = (w * x).named("y");
    const Expr gradient = differentiate(y, {w})[w];  // 1 x', without y
    CHECK(copy.origin(copy_of(gradient, copy).id) == "made by a pass");
}

TEST_CASE("extract: keeps all facts of every node of forward and backward graph") {
    Graph graph, copy;
    const ManyToOne net = many_to_one(SimpleRnn(graph, 2, 3), {.steps = 3, .input = 2, .hidden = 3},
                                      InitialState::trainable);
    const Derivative d = differentiate(net.loss, net.variables());
    std::vector<Expr> outputs(d.gradients().begin(), d.gradients().end());
    outputs.push_back(net.loss);
    const Extracted extracted = extract(outputs, copy);
    int copied = 0;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        if (!extracted.copies[i]) continue;
        CHECK(facts(copy, *extracted.copies[i]) == facts(graph, NodeId{i}));
        ++copied;
    }
    CHECK(copied > 60);
    CHECK_NOTHROW(verify(copy));
    CHECK(to_text(extracted.outputs) == to_text(outputs));
}

TEST_CASE("extract: the copy of a random graph has the same values") {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        test::RandomGraph random(seed, 60);
        const auto outputs = std::span(random.nodes).last(5);
        Graph copy;
        const Extracted extracted = extract(outputs, copy);
        const Bindings values =
            test::carried_over(random.bindings, random.graph, extracted.copies, copy);
        CHECK(evaluate(extracted.outputs, values) == evaluate(outputs, random.bindings));
        CHECK_NOTHROW(verify(copy));
    }
}

TEST_CASE("extract: into a graph that has nodes shares the equal ones and copies leaves") {
    Graph graph, copy;
    const Expr half = graph.constant(0.5), x = graph.input("x", {1, 1});
    const Expr y = half + x;
    copy.constant(0.5);
    copy.input("x", {1, 1});
    copy_of(y, copy);
    CHECK(copy.size() == 4);
}

TEST_CASE("extract: from a graph without sharing into one with it joins equal nodes") {
    Graph apart(Sharing::off), copy;
    const Expr x = apart.input("x", {1, 1});
    const Expr y = tanh(x) + tanh(x);
    CHECK(apart.size() == 4);
    copy_of(y, copy);
    CHECK(copy.size() == 3);
}

TEST_CASE("extract: the outputs' own graph is no destination") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(message_of<GraphError>([&] { extract(std::span(&x, 1), graph); }) ==
          "extract: the destination must not be the graph that is extracted from");
}

TEST_CASE("extract: no output at all is refused") {
    Graph copy;
    CHECK(message_of<GraphError>([&] { extract({}, copy); }) == "extract: needs an expression");
}

TEST_CASE("extract: a full destination keeps its open scopes") {
    Graph graph, full(Sharing::on, 1);
    Expr y;
    {
        const Scope scope(graph, Step{0, 5});
        y = tanh(graph.input("x", {1, 1}));
    }
    const Scope open(full, Step{0, 1});
    CHECK_THROWS_AS(extract(std::span(&y, 1), full), CapacityError);
    CHECK(full.open_step() == Step{0, 1});
}
