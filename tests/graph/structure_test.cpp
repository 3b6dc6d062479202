#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

using namespace revolute;
using test::message_of;

namespace {

std::vector<std::string> labels_of(const Graph& graph, const std::vector<NodeId>& nodes) {
    std::vector<std::string> labels;
    for (const NodeId node : nodes) labels.push_back(graph.label(node));
    return labels;
}

}  // namespace

TEST_CASE("ancestors: are the outputs and all they depend on, and nothing else") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1}), b = graph.input("b", {1, 1});
    const Expr y = tanh(a), unused = tanh(b), z = y + a;
    square(z);
    const std::vector<NodeId> outputs{z.id};
    const std::vector<bool> marked = ancestors(graph, outputs);
    REQUIRE(marked.size() == graph.size());
    CHECK(marked[index(a.id)]);
    CHECK(marked[index(y.id)]);
    CHECK(marked[index(z.id)]);
    CHECK_FALSE(marked[index(b.id)]);
    CHECK_FALSE(marked[index(unused.id)]);
    CHECK(std::ranges::count(marked, true) == 3);
}

TEST_CASE("ancestors: of no output are none") {
    Graph graph;
    tanh(graph.input("a", {1, 1}));
    CHECK(std::ranges::count(ancestors(graph, {}), true) == 0);
}

TEST_CASE("postorder: operands come before users, in the order of a walk from the outputs") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1}), b = graph.input("b", {1, 1});
    const Expr s = (b + a).named("s");
    const Expr y = hadamard(tanh(s).named("h"), s).named("y");
    const std::vector<NodeId> outputs{y.id};
    CHECK(labels_of(graph, postorder(graph, outputs)) ==
          std::vector<std::string>{"b", "a", "s", "h", "y"});
}

TEST_CASE("postorder: does not depend on the order of building") {
    const auto walk = [](bool first_the_right) {
        Graph graph;
        const Expr a = graph.input("a", {1, 1});
        Expr left, right;
        if (first_the_right) right = square(a).named("right");
        left = tanh(a).named("left");
        right = square(a).named("right");
        const std::vector<NodeId> outputs{(left + right).named("y").id};
        return labels_of(graph, postorder(graph, outputs));
    };
    CHECK(walk(true) == walk(false));
    CHECK(walk(true) == std::vector<std::string>{"a", "left", "right", "y"});
}

TEST_CASE("postorder: every ancestor comes once, several outputs share") {
    test::RandomGraph random(11, 100);
    const std::vector<NodeId> outputs = ids_of(std::span(random.nodes).last(3));
    const std::vector<NodeId> order = postorder(random.graph, outputs);
    const std::vector<bool> needed = ancestors(random.graph, outputs);
    CHECK(order.size() == static_cast<std::size_t>(std::ranges::count(needed, true)));
    std::vector<bool> seen(random.graph.size(), false);
    for (const NodeId node : order) {
        REQUIRE_FALSE(seen[index(node)]);
        for (const NodeId operand : random.graph.operands(node)) REQUIRE(seen[index(operand)]);
        seen[index(node)] = true;
    }
    CHECK(seen == needed);
}

TEST_CASE("postorder: an output given twice comes once") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1});
    const std::vector<NodeId> outputs{a.id, a.id};
    CHECK(postorder(graph, outputs).size() == 1);
}

TEST_CASE("verify: passes on random graphs, shared or not") {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        test::RandomGraph random(seed, 100);
        CHECK_NOTHROW(verify(random.graph));
    }
    Graph apart(Sharing::off);
    const Expr x = apart.input("x", {1, 1});
    tanh(x);
    tanh(x);
    CHECK_NOTHROW(verify(apart));
    CHECK_NOTHROW(verify(Graph()));
}

TEST_CASE("verify: finds a shape rule that answers otherwise the second time") {
    static Shape answer;
    static constexpr Op fickle_op{.name = "fickle",
                                  .shape = [](const ShapeArguments&) { return answer; }};
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    answer = {2, 3};
    const int line = __LINE__ + 1;
    const Expr y = apply(fickle_op, {x});
    CHECK_NOTHROW(verify(graph));
    answer = {3, 2};
    CHECK(
        message_of<InternalError>([&] { verify(graph); }) ==
        fmt::format("verify: the stored shape is the shape rule's, but not so for node {}, unnamed "
                    "fickle [2 x 3], made at structure_test.cpp:{}",
                    index(y.id), line));
}

TEST_CASE("verify: finds a record whose number of operands has changed") {
    Op changing_op{.name = "changing", .shape = [](const ShapeArguments& x) { return x[0]; }};
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const int line = __LINE__ + 1;
    const Expr y = apply(changing_op, {x});
    CHECK_NOTHROW(verify(graph));
    changing_op.arity = 2;
    CHECK(message_of<InternalError>([&] { verify(graph); }) ==
          fmt::format("verify: a node has as many operands as its op says, but not so for node {}, "
                      "unnamed changing [1 x 1], made at structure_test.cpp:{}",
                      index(y.id), line));
}

TEST_CASE("verify: finds equal nodes that are apart") {
    Op noise_op{.name = "noise",
                .shape = [](const ShapeArguments& x) { return x[0]; },
                .has_identity = true};
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const int line = __LINE__ + 1;
    const Expr first = apply(noise_op, {x});
    apply(noise_op, {x});
    CHECK_NOTHROW(verify(graph));
    noise_op.has_identity = false;  // now the two are equal
    CHECK(message_of<InternalError>([&] { verify(graph); }) ==
          fmt::format("verify: equal nodes are one node, but not so for node {}, unnamed noise "
                      "[1 x 1], made at structure_test.cpp:{}",
                      index(first.id), line));
}
