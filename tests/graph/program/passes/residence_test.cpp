// How long values are kept, and for which reads they must be kept longer.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <support/pass_code.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;
using test::PassCode;

namespace {

constexpr Shape shape{2, 2};

/// h(t) = step(h(t-1), h(t-2)), from leaves, six steps; the last one is read.
std::vector<Expr> states(Graph& graph, const std::function<Expr(Expr, Expr)>& step) {
    std::vector<Expr> h{graph.parameter("r", shape), graph.parameter("s", shape)};
    for (int t = 0; t < 6; ++t) {
        const Scope scope(graph, Step{0, t});
        h.push_back(step(h.back(), h[h.size() - 2]).named("h"));
    }
    return h;
}

std::string residences(const std::vector<Expr>& outputs) {
    return PassCode(outputs).run({Pass::fuse, Pass::keep}).residences();
}

}  // namespace

TEST_CASE("keep: what only its own pass reads stands in a block") {
    Graph graph;
    const Expr a = tanh(graph.parameter("x", shape)).named("a");
    CHECK(residences({exp(a).named("b")}) == "slab: b, block: a");
}

TEST_CASE("keep: what a product reads of its round has one place") {
    Graph graph;
    const Expr W = graph.parameter("W", shape);
    const std::vector<Expr> h = states(graph, [&](Expr last, Expr) {
        const Expr a = tanh(last).named("a");
        return W * a;
    });
    CHECK(residences({exp(h.back()).named("e")}) == "slab: e, round: a(0..5) h(0..5)");
}

TEST_CASE("keep: what the next round reads entry by entry has one place") {
    Graph graph;
    const std::vector<Expr> h = states(graph, [](Expr last, Expr) { return tanh(last); });
    CHECK(residences({exp(h.back()).named("e")}) == "slab: e, round: h(0..5)");
}

TEST_CASE("keep: what the next round but one reads is kept for all steps") {
    Graph graph;
    const std::vector<Expr> h =
        states(graph, [](Expr last, Expr before) { return hadamard(last, before); });
    CHECK(residences({exp(h.back()).named("e")}) == "slab: e h(1..5), block: h(0)");
}

TEST_CASE("keep: what is read when the next member was computed is kept for all steps") {
    Graph graph;
    Expr before = graph.parameter("a_0", shape);
    const std::vector<Expr> h = states(graph, [&](Expr last, Expr) {
        const Expr a = tanh(last).named("a");
        return hadamard(a, std::exchange(before, a));
    });
    CHECK(residences({exp(h.back()).named("e")}) == "slab: a(0..5) e, round: h(0..5)");
}

TEST_CASE("keep: a member that is read behind its loop, and is not the last, is kept") {
    Graph graph;
    const std::vector<Expr> h = states(graph, [](Expr last, Expr) { return tanh(last); });
    const Expr e = exp(h.back()).named("e");
    CHECK(residences({e, exp(h[4]).named("f")}) == "slab: e f h(0..5)");
}

TEST_CASE("keep: outputs, and what a loop reads from behind another, are kept for all steps") {
    Graph graph;
    const std::vector<Expr> h = states(graph, [](Expr last, Expr) { return tanh(last); });
    CHECK(residences({h[4]}) == "slab: h(0..2)");
    std::vector<Expr> back{exp(h.back()).named("e")};
    for (int t = 6; t-- > 0;) {
        const Scope scope(graph, Step{0, t});
        back.push_back(hadamard(back.back(), h[static_cast<std::size_t>(t) + 2]).named("g"));
    }
    CHECK(residences({exp(back.back()).named("f")}) == "slab: f h(0..5), round: g(0..5), block: e");
}

TEST_CASE(
    "keep: a member that is made of the one before, not entry by entry, has a place of its own") {
    Graph graph;
    const Expr W = graph.parameter("W", shape);
    const std::vector<Expr> h = states(graph, [&](Expr last, Expr) { return W * last; });
    CHECK(residences({exp(h.back()).named("e")}) == "slab: e h(0..5)");
}

TEST_CASE("keep: several members that one call computes and others read are kept") {
    Graph graph;
    const Expr W = graph.parameter("W", shape);
    std::vector<Expr> outputs;
    for (int t = 0; t < 3; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr a = tanh(graph.input("x", shape)).named("a");
        outputs.push_back((W * a).named("p"));
    }
    CHECK(residences(outputs) == "slab: a(0..2) p(0..2)");
}

TEST_CASE("keep: the parts of a stack are kept equally long") {
    Graph graph;
    const Expr A = graph.parameter("A", shape), B = graph.parameter("B", shape);
    std::vector<Expr> p;
    const std::vector<Expr> h = states(graph, [&](Expr last, Expr) {
        p.push_back((A * last).named("p"));
        const Expr q = (B * last).named("q");
        return hadamard(p.back(), q);
    });
    PassCode code({exp(h.back()).named("e"), p[2]});
    CHECK(code.run({Pass::fuse, Pass::keep}).residences() ==
          "slab: e p(1..5), round: h(0..5) p(0) q(0) q(1..5)");
    PassCode merged({exp(h.back()).named("e"), p[2]});
    CHECK(merged.run({Pass::merge, Pass::fuse, Pass::keep}).residences() ==
          "slab: e p(1..5) q(1..5), round: h(0..5) p(0) q(0)");
}
