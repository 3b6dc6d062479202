#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace revolute;
using test::message_of;

namespace {

Shape same_shape(const ShapeArguments& x) { return x[0]; }

/// Without any derivative rule.
constinit const Op opaque_op{.name = "opaque", .shape = same_shape};

/// With a pullback rule, which is no pushforward rule: the operator is not elementwise.
constinit const Op one_way_op{.name = "one_way",
                              .shape = same_shape,
                              .pullback = {[](const Pullback& p) { return p.adjoint; }}};

/// Elementwise, without a rule to serve for both.
constinit const Op opaque_elementwise_op{
    .name = "opaque_elementwise", .shape = same_shape, .role = Role::elementwise};

/// Whose rules make a number of whatever they are given.
constinit const Op shrinking_op{
    .name = "shrinking",
    .shape = same_shape,
    .pullback = {[](const Pullback& p) { return sum(p.adjoint); }},
    .pushforward = {[](const Pushforward& p) { return sum(p.tangent); }}};

/// Whose rules return no expression.
constinit const Op empty_op{.name = "empty",
                            .shape = same_shape,
                            .pullback = {[](const Pullback&) { return Expr{}; }},
                            .pushforward = {[](const Pushforward&) { return Expr{}; }}};

}  // namespace

TEST_CASE("differentiate: a loss that is no number proposes sum") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const int line = __LINE__ + 1;
    const Expr y = tanh(x).named("y");
    CHECK(message_of<ShapeError>([&] { differentiate(y, {x}); }) ==
          fmt::format("differentiate: the loss must be [1 x 1]\n"
                      "  loss is y [2 x 1], made at differentiate_errors_test.cpp:{}\n"
                      "  use sum(...) to make one number of it",
                      line));
}

TEST_CASE("differentiate: a variable that the loss does not depend on is named") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.parameter("x", {1, 1});
    const Expr unused = graph.parameter("unused", {2, 3});
    const Expr loss = tanh(x).named("L");
    CHECK(message_of<DerivativeError>([&] {
              differentiate(loss, {x, unused});
          }) == fmt::format("differentiate: the loss does not depend on unused [2 x 3], made at "
                            "differentiate_errors_test.cpp:{}\n"
                            "  loss is L [1 x 1], made at differentiate_errors_test.cpp:{}\n"
                            "  pass Unreachable::zeros to get a gradient of zeros",
                            line + 1, line + 2));
}

TEST_CASE("differentiate: an operator without a pullback rule is named with its node") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    const int line = __LINE__ + 1;
    const Expr y = apply(opaque_op, {x});
    CHECK(message_of<DerivativeError>([&] { differentiate(tanh(y), {x}); }) ==
          fmt::format("opaque: has no pullback rule for operand 0\n"
                      "  node is unnamed opaque [1 x 1], made at differentiate_errors_test.cpp:{}",
                      line));
}

TEST_CASE("differentiate: a missing rule that no variable needs is not missed") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1}), x = graph.input("x", {1, 1});
    CHECK_NOTHROW(differentiate(w * apply(opaque_op, {x}), {w}));
}

TEST_CASE("differentiate: a pullback rule that makes a wrong shape is a defect") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.parameter("x", {2, 1});
    const Expr y = apply(shrinking_op, {x});
    CHECK(
        message_of<InternalError>([&] { differentiate(sum(y), {x}); }) ==
        fmt::format("shrinking: the pullback rule for operand 0 made [1 x 1], but the operand is x "
                    "[2 x 1], made at differentiate_errors_test.cpp:{}",
                    line));
}

TEST_CASE("differentiate: a pullback rule that makes nothing is a defect") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    const int line = __LINE__ + 1;
    const Expr y = apply(empty_op, {x});
    CHECK(message_of<InternalError>([&] { differentiate(y, {x}); }) ==
          fmt::format("empty: the pullback rule for operand 0 made no expression of its graph\n"
                      "  node is unnamed empty [1 x 1], made at differentiate_errors_test.cpp:{}",
                      line));
}

TEST_CASE("differentiate: loss and variable of two graphs are both described") {
    Graph one, other;
    const int line = __LINE__ + 1;
    const Expr x = one.parameter("x", {1, 1}), y = other.parameter("y", {1, 1});
    CHECK(message_of<GraphError>([&] { differentiate(y, {x}); }) ==
          fmt::format("differentiate: expressions must belong to one graph\n"
                      "  one is x [1 x 1], made at differentiate_errors_test.cpp:{0}\n"
                      "  another is y [1 x 1], made at differentiate_errors_test.cpp:{0}",
                      line));
}

TEST_CASE("differentiate: an empty loss or variable is refused") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    CHECK(message_of<GraphError>([&] { differentiate(Expr{}, {x}); }) ==
          "differentiate: an expression is empty");
    CHECK(message_of<GraphError>([&] { differentiate(x, {Expr{}}); }) ==
          "differentiate: an expression is empty");
}

TEST_CASE("derivative: a gradient that was not asked for is refused") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    const int line = __LINE__ + 1;
    const Expr other = graph.parameter("other", {1, 1});
    const Derivative d = differentiate(tanh(x), {x});
    CHECK(message_of<DerivativeError>([&] { d[other]; }) ==
          fmt::format("derivative: was not taken with respect to other [1 x 1], made at "
                      "differentiate_errors_test.cpp:{}",
                      line));
    CHECK(message_of<DerivativeError>([&] { d[Expr{}]; }) ==
          "derivative: was not taken with respect to an empty expression");
}

TEST_CASE("derivative: an adjoint that does not exist is refused") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    const int line = __LINE__ + 1;
    const Expr x = graph.input("x", {1, 1});
    const Derivative d = differentiate(w * x, {w});
    CHECK(message_of<DerivativeError>([&] { d.adjoint(x); }) ==
          fmt::format(
              "derivative: has no adjoint for x [1 x 1], made at differentiate_errors_test.cpp:{}, "
              "which is on no path from a variable to the loss",
              line));
    CHECK(message_of<DerivativeError>([&] { d.adjoint(Expr{}); }) ==
          "derivative: has no adjoint for an empty expression, which is on no path from a variable "
          "to "
          "the loss");
}

TEST_CASE("pushforward: a tangent of the wrong shape names variable and tangent") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.parameter("x", {2, 1}), v = graph.input("v", {1, 2});
    const std::vector<Expr> outputs{tanh(x)};
    const std::vector<Seed> seeds{{x, v}};
    CHECK(message_of<ShapeError>([&] { pushforward(outputs, seeds); }) ==
          fmt::format("pushforward: a tangent must have its variable's shape\n"
                      "  variable is x [2 x 1], made at differentiate_errors_test.cpp:{0}\n"
                      "  tangent is v [1 x 2], made at differentiate_errors_test.cpp:{0}",
                      line));
}

TEST_CASE("pushforward: an operator without a rule is named with its node") {
    for (const Op* op : {&opaque_op, &one_way_op, &opaque_elementwise_op}) {
        Graph graph;
        const Expr x = graph.parameter("x", {1, 1});
        const int line = __LINE__ + 1;
        const std::vector<Expr> outputs{apply(*op, {x})};
        const std::vector<Seed> seeds{{x, graph.constant(1.0)}};
        CHECK(message_of<DerivativeError>([&] { pushforward(outputs, seeds); }) ==
              fmt::format("{0}: has no pushforward rule for operand 0\n"
                          "  node is unnamed {0} [1 x 1], made at "
                          "differentiate_errors_test.cpp:{1}",
                          op->name, line));
    }
}

TEST_CASE("pushforward: a rule that makes a wrong shape is a defect") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const int line = __LINE__ + 1;
    const std::vector<Expr> outputs{apply(shrinking_op, {x})};
    const std::vector<Seed> seeds{{x, graph.constant(1.0, {2, 1})}};
    CHECK(message_of<InternalError>([&] { pushforward(outputs, seeds); }) ==
          fmt::format("shrinking: the pushforward rule for operand 0 made [1 x 1], but the node is "
                      "unnamed shrinking [2 x 1], made at differentiate_errors_test.cpp:{}",
                      line));
}

TEST_CASE("pushforward: a rule that makes nothing is a defect") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    const int line = __LINE__ + 1;
    const std::vector<Expr> outputs{apply(empty_op, {x})};
    const std::vector<Seed> seeds{{x, graph.constant(1.0)}};
    CHECK(message_of<InternalError>([&] { pushforward(outputs, seeds); }) ==
          fmt::format("empty: the pushforward rule for operand 0 made no expression of its graph\n"
                      "  node is unnamed empty [1 x 1], made at differentiate_errors_test.cpp:{}",
                      line));
}

TEST_CASE("pushforward: outputs and seeds of two graphs are refused") {
    Graph one, other;
    const int line = __LINE__ + 1;
    const Expr x = one.parameter("x", {1, 1}), y = other.parameter("y", {1, 1});
    const std::vector<Expr> outputs{x};
    const std::vector<Seed> seeds{{y, y}};
    CHECK(message_of<GraphError>([&] { pushforward(outputs, seeds); }) ==
          fmt::format("pushforward: expressions must belong to one graph\n"
                      "  one is x [1 x 1], made at differentiate_errors_test.cpp:{0}\n"
                      "  another is y [1 x 1], made at differentiate_errors_test.cpp:{0}",
                      line));
}

TEST_CASE("pushforward: no output at all is refused") {
    CHECK(message_of<GraphError>([] { pushforward({}, {}); }) ==
          "pushforward: needs an expression");
}
