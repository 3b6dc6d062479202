#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace revolute;
using test::message_of;

TEST_CASE("graph: operands have smaller ids than their users") {
    test::RandomGraph random(1, 200);
    const Graph& graph = random.graph;
    REQUIRE(graph.size() > 200);
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        for (const NodeId operand : graph.operands(NodeId{i})) REQUIRE(index(operand) < i);
}

TEST_CASE("graph: ids count up from 0 in the order of appending") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1}), y = graph.input("y", {2, 1});
    const Expr s = x + y;
    CHECK(index(x.id) == 0);
    CHECK(index(y.id) == 1);
    CHECK(index(s.id) == 2);
    CHECK(graph.size() == 3);
    CHECK(graph.operand_total() == 2);
}

TEST_CASE("graph: a node is read back as it was appended") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1}), s = graph.input("s", {1, 1});
    const Expr wide = broadcast_columns(x, 5);
    const Expr product = multiply(s, wide);
    CHECK(&graph.op(wide.id) == &broadcast_columns_op);
    CHECK(graph.shape(wide.id) == Shape{2, 5});
    REQUIRE(graph.attributes(wide.id).size() == 1);
    CHECK(graph.attributes(wide.id)[0] == 5.0);
    REQUIRE(graph.operand_count(wide.id) == 1);
    CHECK(graph.operand(wide.id, 0) == x.id);
    CHECK(graph.operand_count(x.id) == 0);
    CHECK(graph.attributes(product.id).empty());
    REQUIRE(graph.operands(product.id).size() == 2);
    CHECK(graph.operands(product.id)[0] == s.id);
    CHECK(graph.operands(product.id)[1] == wide.id);
}

TEST_CASE("graph: equal nodes are one node") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1}), y = graph.input("y", {2, 1});
    const Expr first = tanh(x + y);
    const std::uint32_t size = graph.size();
    CHECK(tanh(x + y) == first);
    CHECK(graph.size() == size);
}

TEST_CASE("graph: leaves of one kind, name and shape are different nodes") {
    Graph graph;
    CHECK(graph.input("x", {1, 1}) != graph.input("x", {1, 1}));
    CHECK(graph.parameter("W", {1, 1}) != graph.parameter("W", {1, 1}));
    CHECK(graph.initial_state("h", {1, 1}) != graph.initial_state("h", {1, 1}));
    CHECK(graph.size() == 6);
}

TEST_CASE("graph: constants of one value and shape are one node") {
    Graph graph;
    CHECK(graph.constant(0.5, {2, 3}) == graph.constant(0.5, {2, 3}));
    CHECK(graph.size() == 1);
}

TEST_CASE("graph: constants of different shapes are different nodes") {
    Graph graph;
    CHECK(graph.constant(0.5, {2, 3}) != graph.constant(0.5, {3, 2}));
}

TEST_CASE("graph: constants of neighbouring values are different nodes") {
    Graph graph;
    CHECK(graph.constant(1.0) != graph.constant(std::nextafter(1.0, 2.0)));
}

TEST_CASE("graph: 0.0 and -0.0 are different constants") {
    Graph graph;
    CHECK(graph.constant(0.0) != graph.constant(-0.0));
}

TEST_CASE("graph: a constant that is not a number is one node") {
    Graph graph;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(graph.constant(nan) == graph.constant(nan));
}

TEST_CASE("graph: x + y and y + x are two nodes") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1}), y = graph.input("y", {1, 1});
    CHECK(x + y != y + x);
}

TEST_CASE("graph: nodes that differ in the operator alone are two") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1}), y = graph.input("y", {1, 1});
    CHECK(x + y != x - y);
    CHECK(hadamard(x, y) != matmul(x, y));
}

TEST_CASE("graph: nodes that differ in attributes alone are two") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1});
    CHECK(scale(2.0, x) != scale(3.0, x));
    CHECK(scale(2.0, x) == scale(2.0, x));
    CHECK(broadcast_columns(x, 2) != broadcast_columns(x, 3));
}

TEST_CASE("graph: nodes that differ in the number of operands alone are two") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const std::vector<Expr> two(2, x), three(3, x);
    CHECK(accumulate(two) != accumulate(three));
    CHECK(accumulate(three) == accumulate(three));
}

TEST_CASE("graph: nodes with equal operands before and after the table grows are one") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    std::vector<Expr> first;
    for (int i = 0; i < 5000; ++i) first.push_back(scale(i, x));
    for (int i = 0; i < 5000; ++i) REQUIRE(scale(i, x) == first[static_cast<std::size_t>(i)]);
    CHECK(graph.size() == 5001);
}

TEST_CASE("graph: without sharing every built node is kept apart") {
    Graph graph(Sharing::off);
    const Expr x = graph.input("x", {1, 1});
    CHECK(tanh(x) != tanh(x));
    CHECK(graph.constant(1.0) != graph.constant(1.0));
    CHECK(graph.size() == 5);
    CHECK(graph.sharing() == Sharing::off);
}

TEST_CASE("graph: an operator with identity makes a new node every time") {
    static constexpr Op noise_op{.name = "noise",
                                 .shape = [](const ShapeArguments& x) { return x[0]; },
                                 .has_identity = true};
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(apply(noise_op, {x}) != apply(noise_op, {x}));
    CHECK_NOTHROW(verify(graph));
}

TEST_CASE("graph: two records with equal fields are two operators") {
    static constexpr Op one{.name = "same", .shape = [](const ShapeArguments& x) { return x[0]; }};
    static constexpr Op other{.name = "same",
                              .shape = [](const ShapeArguments& x) { return x[0]; }};
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(apply(one, {x}) != apply(other, {x}));
}

TEST_CASE("graph: appending what was reserved moves nothing") {
    Graph graph;
    graph.reserve(1000, 2000);
    const Expr x = graph.input("x", {1, 1});
    Expr y = tanh(x);
    const NodeId* before = graph.operands(y.id).data();
    while (graph.size() < 1000) y = x + y;
    CHECK(graph.operands(tanh(x).id).data() == before);
}

TEST_CASE("graph: reserving after nodes were made keeps them") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const Expr y = tanh(x);
    graph.reserve(100000, 100000);
    CHECK(tanh(x) == y);
    CHECK_NOTHROW(verify(graph));
}

TEST_CASE("graph: more nodes than the limit throw CapacityError") {
    Graph graph(Sharing::on, 2);
    const Expr x = graph.input("x", {1, 1});
    const Expr y = tanh(x);
    CHECK(message_of<CapacityError>([&] { tanh(y); }) ==
          "graph: is full (2 nodes and 1 operands, at most 2 of each)");
}

TEST_CASE("graph: more leaves than the limit throw CapacityError") {
    Graph graph(Sharing::on, 1);
    graph.input("x", {1, 1});
    CHECK(message_of<CapacityError>([&] {
              graph.parameter("W", {1, 1});
          }) == "graph: is full (1 nodes and 0 operands, at most 1 of each)");
}

TEST_CASE("graph: more operands than the limit throw CapacityError") {
    Graph graph(Sharing::on, 5);
    const Expr x = graph.input("x", {1, 1});
    accumulate(std::vector<Expr>(4, x));
    CHECK(message_of<CapacityError>([&] { x + x; }) ==
          "graph: is full (2 nodes and 4 operands, at most 5 of each)");
    CHECK_NOTHROW(tanh(x));
}

TEST_CASE("graph: a full graph still finds what it holds") {
    Graph graph(Sharing::on, 2);
    const Expr x = graph.input("x", {1, 1});
    const Expr y = tanh(x);
    CHECK_THROWS_AS(square(x), CapacityError);
    CHECK(tanh(x) == y);
    CHECK(graph.size() == 2);
    CHECK(graph.operand_total() == 1);
    CHECK_NOTHROW(verify(graph));
}

TEST_CASE("expression: tells its node's shape, step and label") {
    Graph graph;
    const Scope scope(graph, Step{0, 3});
    const Expr x = graph.input("x", {2, 5});
    CHECK(x.shape() == Shape{2, 5});
    CHECK(x.step() == Step{0, 3});
    CHECK(x.label() == "x[3]");
    CHECK(graph.at(x.id) == x);
}

TEST_CASE("expression: equal means the same node of the same graph") {
    Graph one, other;
    const Expr x = one.input("x", {1, 1});
    CHECK(x != other.input("x", {1, 1}));
    CHECK(x != Expr{});
    CHECK(Expr{} == Expr{});
}
