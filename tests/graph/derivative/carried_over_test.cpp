#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using test::message_of;

namespace {

/// A loss and its derivative, carried over to the simplified graph.
struct InSimplified {
    InSimplified(Expr loss, std::initializer_list<Expr> variables,
                 Unreachable unreachable = Unreachable::error)
        : d(differentiate(loss, variables, unreachable)),
          s(simplify(d, simpler, simplification_rules())) {}

    Expr image(Expr node) { return simpler.at(*s.images[index(node.id)]); }

    Graph simpler;
    Derivative d;
    SimplifiedDerivative s;
    const Derivative& there = s.derivative;
};

/// A net of three steps from h(-1) = 0, and its derivative.
struct Net {
    Graph graph;
    ManyToOne net = many_to_one(SimpleRnn(graph, 2, 3), {.steps = 3, .input = 2, .hidden = 3});
    Derivative d = differentiate(net.loss, net.variables());
};

}  // namespace

TEST_CASE("derivative: a copy of its graph tells all that it tells") {
    Net of;
    Graph copy;
    const Extracted extracted = extract(of.d.outputs(), copy);
    const Derivative there = of.d.carried_over(extracted.copies, copy);
    CHECK(to_text(there) == to_text(of.d));
    const auto image = [&](Expr x) { return copy.at(*extracted.copies[index(x.id)]); };
    CHECK(there.loss() == image(of.d.loss()));
    int compared = 0;
    for (std::uint32_t i = 0; i < of.graph.size(); ++i) {
        const Expr node = of.graph.at(NodeId{i});
        if (!extracted.copies[i] || !of.d.has_adjoint(node)) continue;
        REQUIRE(there.has_adjoint(image(node)));
        CHECK(there.adjoint(image(node)) == image(of.d.adjoint(node)));
        const auto before = of.d.terms(node), after = there.terms(image(node));
        REQUIRE(after.size() == before.size());
        for (std::size_t term = 0; term < before.size(); ++term) {
            CHECK(after[term].value == image(before[term].value));
            CHECK(after[term].consumer == image(before[term].consumer));
            CHECK(after[term].slot == before[term].slot);
        }
        ++compared;
    }
    CHECK(compared > 15);
}

TEST_CASE("derivative: in the simplified graph, the terms of dU start at t = 1") {
    Net of;
    Graph simpler;
    const Derivative there = simplify(of.d, simpler, simplification_rules()).derivative;
    const Expr U = there.variables()[1];
    CHECK(U.label() == "U");
    REQUIRE(of.d.terms(of.d.variables()[1]).size() == 3);
    const std::vector<Term> terms = there.terms(U);
    REQUIRE(terms.size() == 2);
    CHECK(terms[0].consumer.step() == Step{0, 2});
    CHECK(terms[1].consumer.step() == Step{0, 1});
    CHECK(simpler.operand(there[U].id, 0) == terms[0].value.id);
    CHECK(simpler.operand(there[U].id, 1) == terms[1].value.id);
}

TEST_CASE("derivative: the loss's adjoint is 1, though simplification has no use for it") {
    Net of;
    Graph simpler;
    const Derivative there = simplify(of.d, simpler, simplification_rules()).derivative;
    CHECK(there.adjoint(there.loss()) == simpler.constant(1.0));
}

TEST_CASE("derivative: values that became one have an adjoint only if their adjoints became one") {
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1}), x = graph.input("x", {2, 1});
    const Expr first = tanh(w) + x, between = cos(w), second = x + tanh(w);
    InSimplified carried(sum(hadamard(first, first) + sin(second) + square(between)), {w});
    REQUIRE(carried.image(first) == carried.image(second));
    CHECK_FALSE(carried.there.has_adjoint(carried.image(first)));
    CHECK(carried.there.terms(carried.image(first)).empty());
    CHECK(carried.there.has_adjoint(carried.image(tanh(w))));
    CHECK(carried.there.adjoint(carried.image(between)) ==
          carried.image(carried.d.adjoint(between)));
}

TEST_CASE(
    "derivative: the adjoint of what a value and sums of it with zeros became is the value's") {
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1}), none = graph.constant(0.0, {2, 1});
    const Expr a = tanh(w), once = a + none, twice = once - none;
    InSimplified carried(sum(hadamard(sin(twice), cos(a)) + exp(once)), {w});
    REQUIRE(carried.image(twice) == carried.image(a));
    REQUIRE(carried.d.adjoint(twice) != carried.d.adjoint(a));
    CHECK(carried.there.adjoint(carried.image(a)) == carried.image(carried.d.adjoint(a)));
}

TEST_CASE("derivative: a value that became one with an operand by other ways has no adjoint") {
    // What is handed on to a is nothing of the adjoint of `again`, which reads a by a zero alone.
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1});
    const Expr a = tanh(w), again = 0.0 * a + tanh(1.0 * w);
    InSimplified carried(sum(hadamard(sin(again), cos(a))), {w});
    REQUIRE(carried.image(again) == carried.image(a));
    CHECK_FALSE(carried.there.has_adjoint(carried.image(a)));
}

TEST_CASE("derivative: a value that became a constant has no adjoint, those after it have") {
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1});
    const Expr nothing = 0.0 * w;
    const Expr next = sin(w);
    InSimplified carried(sum(hadamard(maximum(next, nothing), next)), {w});
    REQUIRE(&carried.simpler.op(carried.image(nothing).id) == &constant_op);
    CHECK(carried.d.has_adjoint(nothing));
    CHECK_FALSE(carried.there.has_adjoint(carried.image(nothing)));
    CHECK(carried.there.has_adjoint(carried.image(w)));
    CHECK(carried.there.has_adjoint(carried.image(hadamard(maximum(next, nothing), next))));
}

TEST_CASE("derivative: a variable that the loss does not depend on is carried over without one") {
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1}), unused = graph.parameter("v", {3, 1});
    InSimplified carried(sum(sin(w)), {w, unused}, Unreachable::zeros);
    CHECK(carried.there.has_adjoint(carried.image(w)));
    CHECK_FALSE(carried.there.has_adjoint(carried.image(unused)));
    CHECK(carried.there[carried.image(unused)] == carried.simpler.constant(0.0, {3, 1}));
}

TEST_CASE("derivative: a term is not carried over to a consumer that reads another value there") {
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1}), v = graph.parameter("v", {2, 1});
    const Expr sum_of_both = w + v, swapped = v + w;
    InSimplified carried(sum(sin(sum_of_both + swapped)), {w, v});
    REQUIRE(carried.image(swapped) == carried.image(sum_of_both));
    REQUIRE(carried.d.terms(v).size() == 2);
    const std::vector<Term> terms = carried.there.terms(carried.image(v));
    REQUIRE(terms.size() == 1);
    CHECK(terms[0].consumer == carried.image(sum_of_both));
    CHECK(terms[0].slot == 1);
}

TEST_CASE("derivative: a term is not carried over to a consumer with fewer operands") {
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1});
    const Expr twice = w + w, after = sin(w);  // what is made next reads w as well
    InSimplified carried(sum(hadamard(twice, after)), {w});
    REQUIRE(carried.simpler.operand_count(carried.image(twice).id) == 1);
    REQUIRE(carried.d.terms(w).size() == 3);
    const std::vector<Term> terms = carried.there.terms(carried.image(w));
    REQUIRE(terms.size() == 2);
    CHECK(terms[0].consumer == carried.image(after));
    CHECK(terms[1].consumer == carried.image(twice));
    CHECK(terms[1].slot == 0);
}

TEST_CASE("derivative: a variable that others became keeps its gradient") {
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1});
    const Expr also = w + 0.0;
    InSimplified carried(sum(hadamard(sin(also), w)), {w});
    REQUIRE(carried.image(also) == carried.image(w));
    const Expr v = carried.there.variables().front();
    CHECK(carried.there.adjoint(v) == carried.there[v]);
}

TEST_CASE("derivative: without a variable in the other graph, it is not carried over") {
    Graph graph, copy;
    const Scope made_here(graph, SourceLine{"net.cpp", 5});
    const Expr w = graph.parameter("w", {1, 1}), x = graph.input("x", {1, 1});
    const Expr loss = w * x;
    const Derivative d = differentiate(loss, {w});
    const Extracted extracted = extract(d.gradients(), copy);
    CHECK(message_of<DerivativeError>([&] { d.carried_over(extracted.copies, copy); }) ==
          "derivative: loss, gradients and variables must be carried over with it, and one is not\n"
          "  it is unnamed matmul [1 x 1], made at net.cpp:5");
}
