// Which factors are packed before a loop, and which are not.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <support/pass_code.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using namespace revolute;
using test::PassCode;

namespace {

/// h(t) = step(h(t-1)), from a leaf of that shape, at steps that another axis has too.
Expr recurrence(Graph& graph, Shape shape, const std::function<Expr(Expr)>& step, int axis = 0) {
    Expr h = graph.parameter("s", shape);
    for (int t = 0; t < 4; ++t) {
        const Scope scope(graph, Step{axis, t});
        h = step(h).named("h");
    }
    return h;
}

void check_stays(PassCode& code, const std::string& before) {
    CHECK(code.text() == before);
    CHECK(code.run({Pass::pack}).text() == before);
    CHECK(code.code.packs == 0);
}

}  // namespace

TEST_CASE("pack: what all rounds multiply by is packed before the loop") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2});
    PassCode code({recurrence(graph, {2, 3}, [&](Expr h) { return W * h; })});
    CHECK(code.text() ==
          "h(0) = W s  [2 x 2] [2 x 3]\n"
          "for t = 1, 2..3\n"
          "  h(t) = W h(t-1)  [2 x 2] [2 x 3]\n");
    CHECK(code.run({Pass::pack}).text() ==
          "h(0) = W s  [2 x 2] [2 x 3]\n"
          "pack W  [2 x 2]\n"
          "for t = 1, 2..3\n"
          "  h(t) = W h(t-1)  [2 x 2] packed [2 x 3]\n");
}

TEST_CASE("pack: one pack serves all loops that read the factor in one way") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2});
    const Expr once = recurrence(graph, {2, 3}, [&](Expr h) { return W * h; });
    const Expr turned = recurrence(
        graph, {2, 3}, [&](Expr h) { return transpose(W) * h; }, 1);
    const Expr again = recurrence(
        graph, {2, 5}, [&](Expr h) { return W * tanh(h); }, 2);
    PassCode code({once, turned, again});
    code.run({Pass::pack});
    CHECK(code.code.packs == 2);
    CHECK(code.text() ==
          "h(0) = W s  [2 x 2] [2 x 3]\n"
          "pack W  [2 x 2]\n"
          "for t = 1, 2..3\n"
          "  h(t) = W h(t-1)  [2 x 2] packed [2 x 3]\n"
          "h(0) = W' s  [2 x 2] [2 x 3]\n"
          "pack W'  [2 x 2]\n"
          "for s = 1, 2..3\n"
          "  h(s) = W' h(s-1)  [2 x 2] packed [2 x 3]\n"
          "%7(0) = tanh(s)  10 entries\n"
          "h(0) = W %7(0)  [2 x 2] [2 x 5]\n"
          "for r = 1, 2..3\n"
          "  %7(r) = tanh(h(r-1))  10 entries\n"
          "  h(r) = W %7(r)  [2 x 2] packed [2 x 5]\n");
}

TEST_CASE("pack: a stack is packed as one factor") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2}), V = graph.parameter("V", {2, 2});
    PassCode code({recurrence(graph, {2, 3}, [&](Expr h) {
        const Expr p = (W * h).named("p"), q = (V * h).named("q");
        return hadamard(tanh(p), q);
    })});
    CHECK(code.run({Pass::merge, Pass::pack}).text() ==
          "[p(0); q(0)] = [W; V] s  [4 x 2] [2 x 3]\n"
          "%5(0) = tanh(p(0))  6 entries\n"
          "h(0) = hadamard(%5(0), q(0))  6 entries\n"
          "pack [W; V]  [4 x 2]\n"
          "for t = 1, 2..3\n"
          "  [p(t); q(t)] = [W; V] h(t-1)  [4 x 2] packed [2 x 3]\n"
          "  %5(t) = tanh(p(t))  6 entries\n"
          "  h(t) = hadamard(%5(t), q(t))  6 entries\n");
}

TEST_CASE("pack: products of one row or one column read their factors as they stand") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2});
    PassCode column({recurrence(graph, {2, 1}, [&](Expr h) { return W * h; })});
    check_stays(column,
                "h(0) = W s  [2 x 2] [2 x 1]\n"
                "for t = 1, 2..3\n"
                "  h(t) = W h(t-1)  [2 x 2] [2 x 1]\n");
    const Expr w = graph.parameter("w", {1, 1});
    PassCode row({recurrence(graph, {1, 3}, [&](Expr h) { return w * h; })});
    check_stays(row,
                "h(0) = w s  [1 x 1] [1 x 3]\n"
                "for t = 1, 2..3\n"
                "  h(t) = w h(t-1)  [1 x 1] [1 x 3]\n");
}

TEST_CASE("pack: a factor that moves, or that the loop computes, is read as it stands") {
    Graph graph;
    PassCode moving({recurrence(graph, {2, 3}, [&](Expr h) {
        return graph.input("W", {2, 2}) * h;
    })});
    check_stays(moving,
                "h(0) = W(0) s  [2 x 2] [2 x 3]\n"
                "for t = 1, 2..3\n"
                "  h(t) = W(t) h(t-1)  [2 x 2] [2 x 3]\n");
    const Expr V = graph.parameter("V", {2, 2});
    PassCode computed({recurrence(graph, {2, 2}, [&](Expr h) { return tanh(h) * V; })});
    check_stays(computed,
                "%2(0) = tanh(s)  4 entries\n"
                "h(0) = %2(0) V  [2 x 2] [2 x 2]\n"
                "for t = 1, 2..3\n"
                "  %2(t) = tanh(h(t-1))  4 entries\n"
                "  h(t) = %2(t) V  [2 x 2] [2 x 2]\n");
}

TEST_CASE("pack: straight code packs nothing") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2}), x = graph.parameter("x", {2, 3});
    PassCode code({W * x});
    check_stays(code, "%2 = W x  [2 x 2] [2 x 3]\n");
}
