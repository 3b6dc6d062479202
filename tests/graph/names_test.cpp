#include <revolute/graph/graph.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

using namespace revolute;
using test::message_of;

namespace {

std::vector<std::string> aliases_of(Expr x) {
    std::vector<std::string> result;
    for (const Graph::Alias& alias : x.graph->aliases(x.id)) result.emplace_back(alias.name);
    return result;
}

}  // namespace

TEST_CASE("names: a leaf has the name it was made with") {
    Graph graph;
    CHECK(graph.name(graph.input("x", {1, 1}).id) == "x");
    CHECK(graph.name(graph.parameter("W", {1, 1}).id) == "W");
    CHECK(graph.name(graph.initial_state("h", {1, 1}).id) == "h");
}

TEST_CASE("names: a computed node has none until it is named") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const Expr y = tanh(x);
    CHECK(graph.name(y.id).empty());
    CHECK(y.label().empty());
    CHECK(y.named("y") == y);
    CHECK(graph.name(y.id) == "y");
}

TEST_CASE("names: a node between named ones keeps having none") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const Expr y = tanh(x);
    tanh(y).named("z");
    CHECK(graph.name(y.id).empty());
}

TEST_CASE("names: the first name stays and later ones are aliases in order") {
    Graph graph;
    const Expr y = tanh(graph.input("x", {1, 1})).named("first");
    y.named("second").named("third");
    CHECK(graph.name(y.id) == "first");
    CHECK(aliases_of(y) == std::vector<std::string>{"second", "third"});
}

TEST_CASE("names: a name that the node has is not added again") {
    Graph graph;
    const Expr y = tanh(graph.input("x", {1, 1})).named("y");
    y.named("y").named("also").named("also").named("y");
    CHECK(aliases_of(y) == std::vector<std::string>{"also"});
}

TEST_CASE("names: a node without aliases has an empty list") {
    Graph graph;
    CHECK(aliases_of(graph.input("x", {1, 1})).empty());
}

TEST_CASE("names: a shared node keeps the name of its first maker") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    tanh(x).named("first");
    const Expr again = tanh(x).named("second");
    CHECK(graph.name(again.id) == "first");
    CHECK(aliases_of(again) == std::vector<std::string>{"second"});
}

TEST_CASE("names: two nodes may have one name") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const Expr y = tanh(x).named("x");
    CHECK(graph.name(x.id) == graph.name(y.id));
    CHECK(x != y);
}

TEST_CASE("names: a label is the name with the step") {
    Graph graph;
    const Scope scope(graph, Step{0, 7});
    CHECK(tanh(graph.input("x", {1, 1})).named("h").label() == "h[7]");
}

TEST_CASE("names: a node belongs to the step in which it gets its first name") {
    Graph graph;
    const Expr U = graph.parameter("U", {2, 2});
    std::optional<Scope> scope(std::in_place, graph, Step{0, 3});
    const Expr h = graph.input("h", {2, 1});
    scope.reset();
    scope.emplace(graph, Step{0, 4});
    const Expr first = U * h;  // asked for by the next step
    CHECK(first.step() == Step{0, 4});
    scope.reset();
    scope.emplace(graph, Step{0, 3});
    const Expr g = (U * h).named("g");
    CHECK(g == first);
    CHECK(g.label() == "g[3]");
    // Where no step is open, or the node has none, it stays where it is.
    scope.reset();
    CHECK((g + g).named("loss").label() == "loss");
    const Expr square = (U * U).named("square");
    scope.emplace(graph, Step{0, 5});
    CHECK(square.named("again").label() == "square");
}

TEST_CASE("names: a later name keeps the step in which it was given, in copies too") {
    Graph graph;
    std::optional<Scope> scope(std::in_place, graph, Step{0, 1});
    const Expr h = tanh(graph.input("x", {2, 1})).named("h");
    scope.reset();
    scope.emplace(graph, Step{0, 2});
    (void)h.named("g");
    scope.reset();
    (void)h.named("last");
    const std::vector<Graph::Alias> aliases{{"g", Step{0, 2}}, {"last", Step{0, 1}}};
    CHECK(h.label() == "h[1]");
    CHECK(graph.aliases(h.id) == aliases);
    Graph copy;
    const auto copied = extract(std::span(&h, 1), copy).copies[index(h.id)];
    REQUIRE(copied);
    CHECK(copy.aliases(*copied) == aliases);
    Graph again;
    const Rolled rolled = roll(std::span(&h, 1));
    CHECK(again.aliases(unroll_again(rolled, again).front().id) == aliases);
}

TEST_CASE("names: a label off the first time axis says which axis") {
    Graph graph;
    const Scope scope(graph, Step{1, 7});
    CHECK(graph.input("x", {1, 1}).label() == "x[s=7]");
}

TEST_CASE("names: time axes are t, s, r, q and then numbered") {
    CHECK(axis_name(0) == "t");
    CHECK(axis_name(1) == "s");
    CHECK(axis_name(2) == "r");
    CHECK(axis_name(3) == "q");
    CHECK(axis_name(4) == "t4");
    CHECK(axis_name(17) == "t17");
}

TEST_CASE("names: a step prints as axis and time, h(-1) included") {
    CHECK(to_string(Step{0, 4}) == "t = 4");
    CHECK(to_string(Step{1, -1}) == "s = -1");
    CHECK(subscript(Step{0, -1}) == "[-1]");
    CHECK(subscript(Step{2, 3}) == "[r=3]");
}

TEST_CASE("names: a node is described by label, shape and origin") {
    Graph graph;
    const Scope scope(graph, Step{0, 3});
    const int line = __LINE__ + 1;
    const Expr h = graph.input("h", {32, 1});
    CHECK(graph.describe(h.id) == fmt::format("h[3] [32 x 1], made at names_test.cpp:{}", line));
}

TEST_CASE("names: an unnamed node is described by operator, step and shape") {
    Graph graph;
    const Scope scope(graph, Step{0, 3});
    const Expr h = graph.input("h", {32, 1});
    const int line = __LINE__ + 1;
    const Expr y = tanh(h);
    CHECK(graph.describe(y.id) ==
          fmt::format("unnamed tanh at t = 3 [32 x 1], made at names_test.cpp:{}", line));
}

TEST_CASE("names: a constant is described by its value") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr half = graph.constant(0.5, {2, 3});
    CHECK(graph.describe(half.id) == fmt::format("0.5 [2 x 3], made at names_test.cpp:{}", line));
}

TEST_CASE("names: a constant cannot be named") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr two = graph.constant(2.0);
    CHECK(message_of<GraphError>([&] { two.named("k"); }) ==
          fmt::format(
              "name: a constant has no name (k was given to 2 [1 x 1], made at names_test.cpp:{})",
              line));
}

TEST_CASE("names: an empty name is refused") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.input("x", {1, 1});
    CHECK(message_of<GraphError>([&] { x.named(""); }) ==
          fmt::format("name: must not be empty, for x [1 x 1], made at names_test.cpp:{}", line));
}

TEST_CASE("names: an empty expression cannot be named") {
    CHECK(message_of<GraphError>([] { Expr{}.named("x"); }) ==
          "name: an empty expression cannot be named x");
}

TEST_CASE("names: an empty name for a leaf is refused and nothing is appended") {
    Graph graph;
    const int line = __LINE__ + 1;
    const auto nameless = [&] { graph.parameter("", {1, 1}); };
    CHECK(message_of<GraphError>(nameless) ==
          fmt::format("parameter: needs a name\n  asked for at names_test.cpp:{}", line));
    CHECK(graph.size() == 0);
}

TEST_CASE("names: a leaf without rows is refused") {
    Graph graph;
    const int line = __LINE__ + 1;
    const auto flat = [&] { graph.input("x", {0, 4}); };
    CHECK(message_of<ShapeError>(flat) ==
          fmt::format(
              "input: sizes of x must be positive ([0 x 4])\n  asked for at names_test.cpp:{}",
              line));
}

TEST_CASE("names: a leaf with a negative number of columns is refused") {
    Graph graph;
    const int line = __LINE__ + 1;
    const auto flat = [&] { graph.initial_state("h", {4, -2}); };
    CHECK(message_of<ShapeError>(flat) ==
          fmt::format("initial_state: sizes of h must be positive ([4 x -2])\n  asked for at "
                      "names_test.cpp:{}",
                      line));
}

TEST_CASE("names: a constant without entries is refused") {
    Graph graph;
    const int line = __LINE__ + 1;
    const auto flat = [&] { graph.constant(1.5, {3, 0}); };
    CHECK(
        message_of<ShapeError>(flat) ==
        fmt::format("constant: sizes must be positive ([3 x 0])\n  asked for at names_test.cpp:{}",
                    line));
}
