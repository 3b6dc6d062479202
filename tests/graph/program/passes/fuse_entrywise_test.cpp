// What fusing puts into one pass over memory, and what parts passes.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <support/pass_code.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

using namespace revolute;
using namespace revolute::detail;
using test::PassCode;

namespace {

struct Leaves {
    Graph graph;
    Expr A = graph.parameter("A", {2, 2}), x = graph.parameter("x", {2, 2});
    Expr y = graph.parameter("y", {2, 2}), c = graph.parameter("c", {2, 1});
};

}  // namespace

TEST_CASE("fuse: elementwise instructions on one extent are one pass, in their order") {
    Leaves of;
    const Expr a = tanh(of.x).named("a");
    const Expr b = exp(a).named("b");
    PassCode code({b, sigmoid(of.y).named("d")});
    CHECK(code.text() ==
          "a = tanh(x)  4 entries\n"
          "b = exp(a)  4 entries\n"
          "d = sigmoid(y)  4 entries\n");
    CHECK(code.run({Pass::fuse}).text() ==
          "in one pass over 4 entries\n"
          "  a = tanh(x)\n"
          "  b = exp(a)\n"
          "  d = sigmoid(y)\n");
}

TEST_CASE("fuse: an instruction moves past others that it does not wait for") {
    Leaves of;
    const Expr a = tanh(of.x).named("a");
    const Expr p = (of.A * of.x).named("p");
    const Expr b = exp(of.y).named("b");
    PassCode code({a, p, b});
    CHECK(code.text() ==
          "a = tanh(x)  4 entries\n"
          "p = A x  [2 x 2] [2 x 2]\n"
          "b = exp(y)  4 entries\n");
    CHECK(code.run({Pass::fuse}).text() ==
          "in one pass over 4 entries\n"
          "  a = tanh(x)\n"
          "  b = exp(y)\n"
          "p = A x  [2 x 2] [2 x 2]\n");
}

TEST_CASE("fuse: a product that reads one and is read by the other parts two passes") {
    Leaves of;
    const Expr a = tanh(of.x).named("a");
    const Expr p = (of.A * a).named("p");
    const Expr b = exp(p).named("b");
    PassCode code({b});
    const std::string before = code.text();
    CHECK(before ==
          "a = tanh(x)  4 entries\n"
          "p = A a  [2 x 2] [2 x 2]\n"
          "b = exp(p)  4 entries\n");
    CHECK(code.run({Pass::fuse}).text() == before);
}

TEST_CASE("fuse: what is added to a sum between its beginning and its reader parts two passes") {
    Graph graph;
    const Expr A = graph.parameter("A", {2, 2});
    std::vector<Expr> outputs;
    for (int t = 0; t < 3; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr product = A * graph.input("x", {2, 2});
        const Expr y = graph.input("y", {2, 2});
        const Expr s = accumulate(std::vector{y, product}).named("s");
        outputs.push_back(tanh(s).named("h"));
    }
    PassCode code(outputs);
    const std::string before = code.text();
    CHECK(before ==
          "s(0..2) = y(0..2)  12 entries\n"
          "s(0..2) += A x(0..2)  [2 x 2] [2 x 6]\n"
          "h(0..2) = tanh(s(0..2))  12 entries\n");
    CHECK(code.run({Pass::fuse}).text() == before);
}

TEST_CASE("fuse: other shapes, and other numbers of members, are passes of their own") {
    Leaves of;
    std::vector<Expr> outputs{tanh(of.x).named("a"), tanh(of.c).named("b")};
    for (int t = 0; t < 3; ++t) {
        const Scope scope(of.graph, Step{0, t});
        outputs.push_back(tanh(of.graph.input("z", {2, 2})).named("d"));
    }
    PassCode code(outputs);
    const std::string before = code.text();
    CHECK(before ==
          "a = tanh(x)  4 entries\n"
          "b = tanh(c)  2 entries\n"
          "d(0..2) = tanh(z(0..2))  12 entries\n");
    CHECK(code.run({Pass::fuse}).text() == before);
}

TEST_CASE("fuse: a pass over several members reads no other members of what it writes") {
    // b(t) = exp(a(t + 2)) reads two members of each of the calls that compute a.
    Graph graph;
    std::vector<Expr> a, outputs;
    for (int t = 0; t < 8; ++t) {
        const Scope scope(graph, Step{0, t});
        a.push_back(tanh(graph.input(t < 4 ? "x" : "y", {2, 2})).named("a"));
    }
    for (int t = 0; t < 4; ++t) {
        const Scope scope(graph, Step{0, t});
        outputs.push_back(exp(a[static_cast<std::size_t>(t) + 2]).named("b"));
    }
    outputs.insert(outputs.end(), a.begin(), a.end());
    PassCode code(outputs);
    CHECK(code.text() ==
          "a(0..3) = tanh(x(0..3))  16 entries\n"
          "a(4..7) = tanh(y(4..7))  16 entries\n"
          "b(0..3) = exp(a(2..5))  16 entries\n");
    CHECK(code.run({Pass::fuse}).text() ==
          "in one pass over 16 entries\n"
          "  a(0..3) = tanh(x(0..3))\n"
          "  a(4..7) = tanh(y(4..7))\n"
          "b(0..3) = exp(a(2..5))  16 entries\n");
}

TEST_CASE("fuse: a loop's instruction may read what the round before has left") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2});
    Expr h = graph.parameter("s", {2, 2});
    for (int t = 0; t < 4; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr a = tanh(h).named("a");
        const Expr b = sigmoid(h).named("b");
        const Expr p = (W * a).named("p");
        h = hadamard(p, b).named("h");
    }
    PassCode code({h});
    CHECK(code.text() ==
          "a(0) = tanh(s)  4 entries\n"
          "b(0) = sigmoid(s)  4 entries\n"
          "p(0) = W a(0)  [2 x 2] [2 x 2]\n"
          "h(0) = hadamard(p(0), b(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  a(t) = tanh(h(t-1))  4 entries\n"
          "  b(t) = sigmoid(h(t-1))  4 entries\n"
          "  p(t) = W a(t)  [2 x 2] [2 x 2]\n"
          "  h(t) = hadamard(p(t), b(t))  4 entries\n");
    CHECK(code.run({Pass::fuse}).text() ==
          "a(0) = tanh(s)  4 entries\n"
          "p(0) = W a(0)  [2 x 2] [2 x 2]\n"
          "in one pass over 4 entries\n"
          "  b(0) = sigmoid(s)\n"
          "  h(0) = hadamard(p(0), b(0))\n"
          "for t = 1, 2..3\n"
          "  a(t) = tanh(h(t-1))  4 entries\n"
          "  p(t) = W a(t)  [2 x 2] [2 x 2]\n"
          "  in one pass over 4 entries\n"
          "    b(t) = sigmoid(h(t-1))\n"
          "    h(t) = hadamard(p(t), b(t))\n");
}

TEST_CASE("fuse: one pass has at most 48 steps") {
    Leaves of;
    Expr y = of.x;
    for (int i = 0; i < 50; ++i) y = tanh(y);
    PassCode code({y});
    code.run({Pass::fuse});
    std::vector<std::size_t> steps;
    for (const Instruction& instruction : code.code.loops.at(0).body)
        steps.push_back(std::get<EntrywiseCall>(instruction).steps.size());
    CHECK(steps == std::vector<std::size_t>{2, 48});
}
