// Errors of putting operators together: apply, append, structural walks.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

using namespace revolute;
using test::message_of;

TEST_CASE("apply: an empty operand is named by its place") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const int line = __LINE__ + 1;
    const auto add = [&] { x + Expr{}; };
    CHECK(message_of<GraphError>(add) ==
          fmt::format(
              "add: operand 1 is an empty expression\n  asked for at errors_apply_test.cpp:{}",
              line));
}

TEST_CASE("apply: operands of two graphs are both described") {
    Graph one, other;
    const int line = __LINE__ + 1;
    const Expr x = one.input("x", {2, 1});
    const Expr y = other.input("y", {2, 1});
    const auto add = [&] { x + y; };
    CHECK(
        message_of<GraphError>(add) ==
        fmt::format("add: operands must belong to one graph\n"
                    "  operand 0 is x [2 x 1], made at errors_apply_test.cpp:{}\n"
                    "  operand 1 is y [2 x 1], made at errors_apply_test.cpp:{}, in another graph\n"
                    "  asked for at errors_apply_test.cpp:{}",
                    line, line + 1, line + 2));
}

TEST_CASE("apply: no operand at all leaves no graph to append to") {
    CHECK(message_of<GraphError>([] {
              apply(constant_op, {}, {1.0, 1.0, 1.0});
          }) == "constant: needs an operand");
}

TEST_CASE("apply: too few operands are counted") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(message_of<GraphError>([&] { apply(add_op, {x}); }) == "add: needs 2 operands (1 given)");
}

TEST_CASE("apply: too many operands are counted") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(message_of<GraphError>([&] {
              apply(tanh_op, {x, x});
          }) == "tanh: needs 1 operand (2 given)");
}

TEST_CASE("append: an id that the graph does not have is refused") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const std::array operands{x.id, NodeId{1}};
    CHECK(message_of<GraphError>([&] { graph.append(add_op, operands, {}, {}); }) ==
          "add: operand 1 is not a node of this graph, which has 1");
}

TEST_CASE("append: what is refused leaves the graph as it was") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1}), y = graph.input("y", {3, 1});
    CHECK_THROWS_AS(x + y, ShapeError);
    CHECK_THROWS_AS(apply(tanh_op, {x, x}), GraphError);
    CHECK(graph.size() == 2);
    CHECK(graph.operand_total() == 0);
    CHECK_NOTHROW(verify(graph));
}

TEST_CASE("constant: a number beside an empty expression has no shape") {
    const int line = __LINE__ + 1;
    const auto add = [] { 1.5 + Expr{}; };
    CHECK(message_of<GraphError>(add) ==
          fmt::format("constant: the expression beside 1.5 is empty\n"
                      "  asked for at errors_apply_test.cpp:{}",
                      line));
}

TEST_CASE("accumulate: the sum of one term is the term") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(accumulate(std::span(&x, 1)) == x);
}

TEST_CASE("accumulate: a node of one term is no sum") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.input("x", {1, 1});
    const auto sum_one = [&] { apply_to_all(accumulate_op, std::array{Operand(x)}); };
    CHECK(message_of<ShapeError>(sum_one) ==
          fmt::format("accumulate: needs two operands or more (1)\n"
                      "  operand 0 is x [1 x 1], made at errors_apply_test.cpp:{}\n"
                      "  asked for at errors_apply_test.cpp:{}",
                      line, line + 1));
}

TEST_CASE("accumulate: terms of different shapes are named") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.input("x", {1, 1}), y = graph.input("y", {2, 1});
    const std::vector<Expr> terms{x, x, y};
    const auto sum_all = [&] { accumulate(terms); };
    CHECK(message_of<ShapeError>(sum_all) ==
          fmt::format("accumulate: shape of operand 2 [2 x 1] must be that of operand 0 [1 x 1]\n"
                      "  operand 0 is x [1 x 1], made at errors_apply_test.cpp:{0}\n"
                      "  operand 1 is x [1 x 1], made at errors_apply_test.cpp:{0}\n"
                      "  operand 2 is y [2 x 1], made at errors_apply_test.cpp:{0}\n"
                      "  asked for at errors_apply_test.cpp:{1}",
                      line, line + 2));
}

TEST_CASE("accumulate: no term at all is refused") {
    CHECK(message_of<GraphError>([] { accumulate({}); }) == "accumulate: needs an operand");
}

TEST_CASE("common_graph: nothing has no graph") {
    CHECK(message_of<GraphError>([] { to_text(std::span<const Expr>{}); }) ==
          "print: needs an expression");
}

TEST_CASE("common_graph: an empty expression has no graph") {
    CHECK(message_of<GraphError>([] { evaluate(Expr{}, {}); }) ==
          "evaluate: an expression is empty");
}

TEST_CASE("common_graph: an empty expression after others is found") {
    Graph graph;
    const std::vector<Expr> outputs{graph.input("x", {1, 1}), Expr{}};
    CHECK(message_of<GraphError>([&] { to_text(outputs); }) == "print: an expression is empty");
}

TEST_CASE("common_graph: expressions of two graphs are both described") {
    Graph one, other;
    const int line = __LINE__ + 1;
    const std::vector<Expr> outputs{one.input("x", {1, 1}), other.input("y", {2, 1})};
    CHECK(message_of<GraphError>([&] { evaluate(outputs, {}); }) ==
          fmt::format("evaluate: expressions must belong to one graph\n"
                      "  one is x [1 x 1], made at errors_apply_test.cpp:{0}\n"
                      "  another is y [2 x 1], made at errors_apply_test.cpp:{0}",
                      line));
}

TEST_CASE("shape_only: the mark cannot be called") {
    Graph graph;
    const Expr y = tanh(graph.input("x", {1, 1}));
    CHECK(message_of<InternalError>([&] {
              shape_only(Pullback{{y, 0}, y});
          }) == "tanh: shape_only is a mark and must not be called");
}
