// The terms of an adjoint, their order, and which nodes an adjoint belongs to.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/labels.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

using namespace revolute;

namespace {

/// x(t) = w x(t-1), from x0 to x3.
struct LinearRecurrence {
    Graph graph;
    Expr w = graph.parameter("w", {1, 1});
    std::vector<Expr> x;
    Bindings values;

    LinearRecurrence() {
        {
            const Scope start(graph, Step{0, 0});
            x.push_back(graph.initial_state("x", {1, 1}));
        }
        for (int t = 1; t <= 3; ++t) {
            const Scope scope(graph, Step{0, t});
            x.push_back((w * x.back()).named("x"));
        }
        values.bind(w, Matrix(1, 1, 0.2)).bind(x[0], Matrix(1, 1, 0.9));
    }
};

bool is_accumulate(Expr x) { return &x.graph->op(x.id) == &accumulate_op; }

}  // namespace

TEST_CASE("terms: those of dx3/dw for x(t) = w x(t-1) are printed and sum to 0.108") {
    LinearRecurrence r;
    const Derivative d = differentiate(r.x[3], {r.w});
    double total = 0;
    std::string text = "dx3/dw =";
    for (const Term& term : d.terms(r.w)) {
        const double value = evaluate(term.value, r.values)(0, 0);
        text += fmt::format(" {:.3f} (from {})", value, term.consumer.label());
        total += value;
        // Each of the three uses of w adds w^2 x0 = 0.036.
        CHECK(value == doctest::Approx(0.036).epsilon(1e-15));
    }
    MESSAGE(text);
    CHECK(text == "dx3/dw = 0.036 (from x[3]) 0.036 (from x[2]) 0.036 (from x[1])");
    CHECK(total == doctest::Approx(0.108).epsilon(1e-15));
    CHECK(evaluate(d[r.w], r.values)(0, 0) == total);
}

TEST_CASE("terms: come from the last use to the first, with consumer and slot") {
    LinearRecurrence r;
    const std::vector<Term> terms = differentiate(r.x[3], {r.w}).terms(r.w);
    REQUIRE(terms.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(terms[i].consumer == r.x[3 - i]);
        CHECK(terms[i].slot == 0);
    }
}

TEST_CASE("terms: are the operands of the accumulate, in order") {
    LinearRecurrence r;
    const Derivative d = differentiate(r.x[3], {r.w});
    REQUIRE(is_accumulate(d[r.w]));
    const std::vector<Term> terms = d.terms(r.w);
    REQUIRE(r.graph.operand_count(d[r.w].id) == 3);
    for (std::uint32_t slot = 0; slot < 3; ++slot)
        CHECK(r.graph.operand(d[r.w].id, slot) == terms[slot].value.id);
}

TEST_CASE("terms: a single one is the adjoint itself and no accumulate is made") {
    LinearRecurrence r;
    const Derivative d = differentiate(r.x[3], {r.w, r.x[0]});
    for (std::size_t t = 0; t < 3; ++t) {
        const std::vector<Term> terms = d.terms(r.x[t]);
        REQUIRE(terms.size() == 1);
        CHECK(terms[0].value == d.adjoint(r.x[t]));
        CHECK(terms[0].slot == 1);
        CHECK_FALSE(is_accumulate(d.adjoint(r.x[t])));
    }
}

TEST_CASE("terms: of the loss are none") {
    LinearRecurrence r;
    const Derivative d = differentiate(r.x[3], {r.w});
    CHECK(d.terms(r.x[3]).empty());
    CHECK(d.has_adjoint(r.x[3]));
}

TEST_CASE("terms: of an empty expression and of another graph's node are none") {
    LinearRecurrence r, other;
    const Derivative d = differentiate(r.x[3], {r.w});
    CHECK(d.terms(Expr{}).empty());
    CHECK(d.terms(other.w).empty());
    CHECK_FALSE(d.has_adjoint(other.w));
}

TEST_CASE("terms: dW, dU and db of the simple RNN have one for each step, the last first") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const ManyToOne net = many_to_one(cell, {.steps = 4, .hidden = 2}, InitialState::given);
    const Derivative d = differentiate(net.loss, net.variables());
    for (const Expr& parameter : {cell.W, cell.U, cell.b}) {
        const std::vector<Term> terms = d.terms(parameter);
        REQUIRE(terms.size() == 4);
        for (std::int32_t i = 0; i < 4; ++i)
            CHECK(terms[static_cast<std::size_t>(i)].consumer.step() == Step{0, 3 - i});
    }
}

TEST_CASE("adjoint_of: an add passes its adjoint on to both operands") {
    Graph graph;
    const Expr a = graph.parameter("a", {1, 1}), b = graph.parameter("b", {1, 1});
    const Expr total = a + b;
    const Derivative d = differentiate(tanh(total), {a, b});
    CHECK(d[a] == d[b]);
    CHECK(d.adjoint(total) == d[a]);
    CHECK(d.adjoint_of(d[a]) == std::vector<Expr>{a, b, total});
}

TEST_CASE("adjoint_of: a node that is no adjoint belongs to none") {
    LinearRecurrence r, other;
    const Derivative d = differentiate(r.x[3], {r.w});
    CHECK(d.adjoint_of(r.graph.constant(42.0)).empty());
    CHECK(d.adjoint_of(Expr{}).empty());
    CHECK(d.adjoint_of(other.w).empty());
}

TEST_CASE("adjoint_of: is the inverse of adjoint for every node") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const ManyToOne net = many_to_one(cell, {.steps = 3, .hidden = 2}, InitialState::given);
    const std::uint32_t forward = graph.size();
    const Derivative d = differentiate(net.loss, net.variables());
    int adjoints = 0;
    for (std::uint32_t i = 0; i < forward; ++i) {
        const Expr node = graph.at(NodeId{i});
        if (!d.has_adjoint(node)) continue;
        const std::vector<Expr> of = d.adjoint_of(d.adjoint(node));
        CHECK(std::find(of.begin(), of.end(), node) != of.end());
        ++adjoints;
    }
    CHECK(adjoints > 20);
}

TEST_CASE("labels: an adjoint is called d and the name of its value, at the value's step") {
    Graph graph;
    const ManyToOne net = many_to_one(SimpleRnn(graph, 1, 2), {.steps = 3, .hidden = 2});
    const Derivative d = differentiate(net.loss, net.parameters);
    const Labels labels(d);
    const Expr dh = d.adjoint(net.unrolled.output(1));
    CHECK(labels(dh.id) == "dh[1]");
    CHECK(labels.name(dh.id) == "dh");
    CHECK(labels.step(dh.id) == Step{0, 1});
    CHECK(dh.step() == Step{0, 2});  // made by the rule of z(2)
    CHECK(labels(d[net.V].id) == "dV");
}

TEST_CASE("labels: a node's own name comes before that of an adjoint") {
    LinearRecurrence r;
    const Derivative d = differentiate(r.x[3], {r.w});
    d[r.w].named("gradient");
    CHECK(Labels(d)(d[r.w].id) == "gradient");
    CHECK(Labels(d)(r.w.id) == "w");
}

TEST_CASE("labels: an adjoint of several values is called after the last named one") {
    Graph graph;
    const Expr a = graph.parameter("a", {1, 1}), b = graph.parameter("b", {1, 1});
    const Derivative d = differentiate(tanh(a + b), {a, b});
    CHECK(Labels(d)(d[a].id) == "db");
}

TEST_CASE("labels: without the derivative an adjoint has no name") {
    LinearRecurrence r;
    const Derivative d = differentiate(r.x[3], {r.w});
    CHECK(Labels(r.graph)(d[r.w].id).empty());
}

TEST_CASE("labels: the adjoint of an adjoint has two d's") {
    LinearRecurrence r;
    const Derivative first = differentiate(r.x[2], {r.w});
    const Derivative second = differentiate(first[r.w], {r.w});
    Labels labels(first);
    labels.add(second);
    const Expr adjoint = second.adjoint(first.adjoint(r.x[1]));
    CHECK(labels(adjoint.id) == "ddx[1]");
}

TEST_CASE("labels: a constant that is its own adjoint has no name") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), one = graph.constant(1.0);
    const Derivative d = differentiate(x + one, {one});
    REQUIRE(d[one] == one);
    CHECK(Labels(d)(one.id).empty());
}

TEST_CASE("labels: an adjoint that is a leaf's gradient too knows that leaf") {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const ManyToOne net = many_to_one(cell, {.steps = 2, .input = 2, .hidden = 3});
    const Derivative d = differentiate(net.loss, net.variables());
    const Labels labels(d);
    CHECK(labels(d[net.c].id) == "dy");
    CHECK(labels.other_values(d[net.c].id) == std::vector{net.c});
    CHECK(labels.other_values(d[net.V].id).empty());
    CHECK(labels.other_values(net.y.id).empty());
    CHECK(labels(d[cell.b].id) == "db");
}
