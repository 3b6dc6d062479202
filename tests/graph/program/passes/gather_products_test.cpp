// What gathering moves, and what it must leave where it stands.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <support/pass_code.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace revolute;
using test::PassCode;

namespace {

/// h(t) = tanh(U h(t-1)), a loop between straight code.
struct Recurrence {
    Recurrence() {
        const Expr h = graph.parameter("s", {2, 2});
        states.push_back(h);
        for (int t = 0; t < 4; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr z = (U * states.back()).named("z");
            states.push_back(tanh(z).named("h"));
        }
    }
    Expr last() const { return states.back(); }

    Graph graph;
    Expr U = graph.parameter("U", {2, 2});
    Expr A = graph.parameter("A", {2, 2}), B = graph.parameter("B", {2, 2});
    std::vector<Expr> states;
};

}  // namespace

TEST_CASE("gather: a product moves before the loops that it does not wait for") {
    Recurrence net;
    const Expr p = (net.A * net.B).named("p");
    PassCode code({net.last(), p});
    code.move_to_end({"p"});
    CHECK(code.text() ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n"
          "p = A B  [2 x 2] [2 x 2]\n");
    CHECK(code.run({Pass::gather}).text() ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "p = A B  [2 x 2] [2 x 2]\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n");
}

TEST_CASE("gather: a product stays behind the loop that computes a factor") {
    Recurrence net;
    const Expr p = (net.A * net.last()).named("p");
    PassCode code({p});
    const std::string before = code.text();
    CHECK(before ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n"
          "p = A h(3)  [2 x 2] [2 x 2]\n");
    CHECK(code.run({Pass::gather}).text() == before);
}

TEST_CASE("gather: a product stays behind what computes a factor of it between the loops") {
    Recurrence net;
    const Expr e = exp(net.last()).named("e");
    const Expr p = (net.A * e).named("p");
    PassCode code({p});
    const std::string before = code.text();
    CHECK(before ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n"
          "e = exp(h(3))  4 entries\n"
          "p = A e  [2 x 2] [2 x 2]\n");
    CHECK(code.run({Pass::gather}).text() == before);
}

TEST_CASE("gather: what is added to a sum stays behind what begins it") {
    Recurrence net;
    const Expr first = net.B * net.last(), second = net.A * net.B;
    const Expr s = accumulate(std::vector{first, second}).named("s");
    PassCode code({s, net.last()});
    const std::string before = code.text();
    CHECK(before ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n"
          "s = B h(3)  [2 x 2] [2 x 2]\n"
          "s += A B  [2 x 2] [2 x 2]\n");
    CHECK(code.run({Pass::gather}).text() == before);
}

TEST_CASE("gather: what a product waits for moves with it") {
    Recurrence net;
    const Expr p = (net.A * net.B).named("p");
    const Expr q = (net.A * p).named("q");
    PassCode code({net.last(), q});
    code.move_to_end({"p", "q"});
    CHECK(code.text() ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n"
          "p = A B  [2 x 2] [2 x 2]\n"
          "q = A p  [2 x 2] [2 x 2]\n");
    CHECK(code.run({Pass::gather}).text() ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "p = A B  [2 x 2] [2 x 2]\n"
          "q = A p  [2 x 2] [2 x 2]\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n");
}

TEST_CASE("gather: what waits for a product that has moved stands behind it") {
    Recurrence net;
    Expr g = net.graph.parameter("g_0", {2, 2});
    const Expr start = exp(net.last()).named("e");
    for (int t = 0; t < 4; ++t) {
        const Scope scope(net.graph, Step{1, t});
        g = tanh(t == 0 ? start : g).named("g");
    }
    const Expr p = (net.A * net.last()).named("p");
    const Expr q = (net.A * p).named("q");
    PassCode code({g, q});
    code.move_to_end({"p", "q"});
    CHECK(code.text() ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n"
          "e = exp(h(3))  4 entries\n"
          "g(0) = tanh(e)  4 entries\n"
          "for s = 1, 2..3\n"
          "  g(s) = tanh(g(s-1))  4 entries\n"
          "p = A h(3)  [2 x 2] [2 x 2]\n"
          "q = A p  [2 x 2] [2 x 2]\n");
    CHECK(code.run({Pass::gather}).text() ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n"
          "e = exp(h(3))  4 entries\n"
          "g(0) = tanh(e)  4 entries\n"
          "p = A h(3)  [2 x 2] [2 x 2]\n"
          "q = A p  [2 x 2] [2 x 2]\n"
          "for s = 1, 2..3\n"
          "  g(s) = tanh(g(s-1))  4 entries\n");
}

TEST_CASE("gather: products of loops, and what is no product, stay") {
    Recurrence net;
    const Expr e = exp(net.A).named("e");
    const Expr p = (e * net.B).named("p");
    PassCode code({net.last(), p});
    code.move_to_end({"e", "p"});
    const std::string before = code.text();
    CHECK(before ==
          "z(0) = U s  [2 x 2] [2 x 2]\n"
          "h(0) = tanh(z(0))  4 entries\n"
          "for t = 1, 2..3\n"
          "  z(t) = U h(t-1)  [2 x 2] [2 x 2]\n"
          "  h(t) = tanh(z(t))  4 entries\n"
          "e = exp(A)  4 entries\n"
          "p = e B  [2 x 2] [2 x 2]\n");
    CHECK(code.run({Pass::gather}).text() == before);
}
