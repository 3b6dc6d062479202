#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace revolute;

namespace {

constexpr Step at(std::int32_t t) { return {0, t}; }

/// An input that has step t whatever scope is open.
Expr input_at(Graph& graph, std::int32_t t, Shape shape = {1, 1}) {
    const Scope scope(graph, at(t));
    return graph.input("x", shape);
}

/// x(t) = w x(t-1) from x(-1) to x(2).
std::vector<Expr> linear_recurrence(Graph& graph) {
    const Expr w = graph.parameter("w", {1, 1});
    std::vector<Expr> x{input_at(graph, -1)};
    for (std::int32_t t = 0; t < 3; ++t) {
        const Scope scope(graph, at(t));
        x.push_back(w * x.back());
    }
    return x;
}

}  // namespace

TEST_CASE("steps: an input has the step of the open scope") {
    Graph graph;
    CHECK(input_at(graph, 4).step() == at(4));
}

TEST_CASE("steps: an initial state has the step of the open scope") {
    Graph graph;
    const Scope scope(graph, at(-1));
    CHECK(graph.initial_state("h", {1, 1}).step() == at(-1));
}

TEST_CASE("steps: a parameter has none in any scope") {
    Graph graph;
    const Scope scope(graph, at(4));
    CHECK_FALSE(graph.parameter("W", {1, 1}).step().has_value());
}

TEST_CASE("steps: a constant has none in any scope") {
    Graph graph;
    const Scope scope(graph, at(4));
    CHECK_FALSE(graph.constant(1.0).step().has_value());
}

TEST_CASE("steps: a leaf made outside any scope has none") {
    Graph graph;
    CHECK_FALSE(graph.input("Y", {1, 1}).step().has_value());
    CHECK_FALSE(graph.initial_state("h", {1, 1}).step().has_value());
}

TEST_CASE(
    "steps: a node has the step of the open scope, whether its operands depend on time or not") {
    Graph graph;
    const Expr W = graph.parameter("W", {1, 1});
    const Scope scope(graph, at(4));
    CHECK((W + W).step() == at(4));
    CHECK(tanh(W + 1.0).step() == at(4));
}

TEST_CASE("steps: a node of stepless operands has none outside any scope") {
    Graph graph;
    const Expr W = graph.parameter("W", {1, 1});
    CHECK_FALSE(tanh(W + 1.0).step().has_value());
}

namespace {

/// 1 / (1 + exp(-a)) and a transpose of it, made anew in step t.
Expr same_in(Graph& graph, Expr a, std::int32_t t) {
    const Scope scope(graph, at(t));
    return transpose(reciprocal(1.0 + exp(-a)));
}

}  // namespace

TEST_CASE("steps: what reads nothing of time and is made at two steps has none from then on") {
    Graph graph;
    const Expr a = graph.parameter("a", {2, 3});
    const Expr made = same_in(graph, a, 0);
    CHECK(made.step() == at(0));
    CHECK(same_in(graph, a, 0).step() == at(0));
    CHECK(same_in(graph, a, 1) == made);
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        CHECK_FALSE(graph.step(NodeId{i}).has_value());
        CHECK_FALSE(graph.depends_on_time(NodeId{i}));
    }
    CHECK_FALSE(same_in(graph, a, 0).step().has_value());
}

TEST_CASE(
    "steps: what reads what has no step, and is made at two steps, has none but depends on time") {
    Graph graph;
    Expr total;
    {
        const Scope scope(graph, at(0));
        total = tanh(graph.input("x", {2, 3}));
    }
    total = square(total);  // belongs to no step
    const Expr made = same_in(graph, total, 0);
    CHECK(made.step() == at(0));
    CHECK(same_in(graph, total, 1) == made);
    CHECK_FALSE(made.step().has_value());
    CHECK(graph.depends_on_time(made.id));
}

TEST_CASE(
    "steps: what reads a step of another axis alone, and is made at two steps, belongs to that") {
    Graph graph;
    // A decoder that projects what an encoder says at one of its steps.
    const auto projected = [&](Expr x, std::int32_t s) {
        const Scope scope(graph, Step{1, s});
        return tanh(2.0 * x);
    };
    const Expr state = input_at(graph, 4);
    CHECK(projected(state, 0).step() == Step{1, 0});
    CHECK(projected(state, 2).step() == at(4));
    CHECK(projected(state, 3).step() == at(4));
    const Expr of_two = state + input_at(graph, 5);
    projected(of_two, 0);
    CHECK_FALSE(projected(of_two, 1).step().has_value());
}

TEST_CASE("steps: what reads a step of the loop in which it is made twice keeps its own") {
    Graph graph;
    const Expr x = input_at(graph, 2);
    const Scope first(graph, at(3));
    const Expr made = tanh(2.0 * x);
    const Scope second(graph, at(4));
    CHECK(tanh(2.0 * x) == made);
    CHECK(made.step() == at(3));
}

TEST_CASE(
    "steps: what reads nothing of time keeps its step when it is asked for outside of scopes") {
    Graph graph;
    const Expr a = graph.parameter("a", {1, 1});
    {
        const Scope scope(graph, at(3));
        tanh(a);
    }
    CHECK(tanh(a).step() == at(3));
    const Scope scope(graph, SourceLine::here());
    CHECK(tanh(a).step() == at(3));
}

TEST_CASE("steps: a node with a stepped operand has the step of the open scope") {
    Graph graph;
    const Expr x = input_at(graph, 2), W = graph.parameter("W", {1, 1});
    const Scope scope(graph, at(3));
    CHECK((W * x).step() == at(3));
    CHECK((x * W).step() == at(3));
}

TEST_CASE("steps: a node with a stepped operand has none outside any scope") {
    Graph graph;
    CHECK_FALSE(tanh(input_at(graph, 2)).step().has_value());
}

TEST_CASE("steps: a transpose has its operand's step and not the open scope's") {
    Graph graph;
    const Expr x = input_at(graph, 2, {2, 1});
    const Scope scope(graph, at(3));
    CHECK(transpose(x).step() == at(2));
}

TEST_CASE("steps: a transpose of a stepped operand has its step outside any scope too") {
    Graph graph;
    CHECK(transpose(input_at(graph, 2, {2, 1})).step() == at(2));
}

TEST_CASE("steps: a transpose of a stepless operand has none in any scope") {
    Graph graph;
    const Expr U = graph.parameter("U", {2, 2});
    const Scope scope(graph, at(3));
    CHECK_FALSE(transpose(U).step().has_value());
}

TEST_CASE("steps: an operator with the role reshape has its operand's step") {
    static constexpr Op column_op{.name = "column",
                                  .shape = [](const ShapeArguments& x) -> Shape {
                                      return {x[0].rows * x[0].columns, 1};
                                  },
                                  .role = Role::reshape};
    Graph graph;
    const Expr x = input_at(graph, 2, {2, 3});
    const Scope scope(graph, at(3));
    CHECK(apply(column_op, {x}).step() == at(2));
}

TEST_CASE("steps: a shared node keeps the step of its first maker") {
    Graph graph;
    const Expr x = input_at(graph, 0);
    const auto in_step = [&](std::int32_t t) {
        const Scope scope(graph, at(t));
        return tanh(x);
    };
    const Expr first = in_step(5);
    CHECK(in_step(1) == first);
    CHECK(first.step() == at(5));
}

TEST_CASE("steps: head and loss after the recurrence have none") {
    Graph graph;
    const ManyToOne net = many_to_one(SimpleRnn(graph, 1, 2), {.steps = 3, .hidden = 2});
    CHECK(net.unrolled.last().step() == at(2));
    CHECK_FALSE(net.y.step().has_value());
    CHECK_FALSE(net.loss.step().has_value());
    CHECK_FALSE(net.target.step().has_value());
}

TEST_CASE("steps: unroll gives what the cell makes the step it is applied at") {
    Graph graph;
    const ManyToOne net =
        many_to_one(SimpleRnn(graph, 1, 2), {.steps = 3, .hidden = 2}, InitialState::trainable);
    for (std::int32_t t = 0; t < 3; ++t)
        CHECK(net.unrolled.output(static_cast<std::size_t>(t)).step() == at(t));
    CHECK(net.unrolled.initial.state.front().step() == at(-1));
}

TEST_CASE("steps: a pullback rule works in the step of its node") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    Expr x = input_at(graph, -1);
    for (std::int32_t t = 0; t < 3; ++t) {
        const Scope scope(graph, at(t));
        x = tanh(w * x);
    }
    const std::vector<Term> terms = differentiate(sum(x), {w}).terms(w);
    REQUIRE(terms.size() == 3);
    CHECK(terms[0].value.step() == at(2));
    CHECK(terms[1].value.step() == at(1));
    CHECK(terms[2].value.step() == at(0));
}

TEST_CASE("steps: adjoints of a linear recurrence have their value's step, though they read none") {
    Graph graph;
    const std::vector<Expr> x = linear_recurrence(graph);
    const Derivative d = differentiate(x.back(), {x.front()});
    CHECK(x[1].step() == at(0));
    // The transposes of w have none; the products of them are made with the user of x(0), at step
    // 1.
    CHECK(d.adjoint(x[1]).step() == at(1));
    CHECK(d.adjoint(x.front()).step() == at(0));
}

TEST_CASE("steps: a gradient taken in a step, of values of that step alone, belongs to it") {
    Graph graph;
    const Expr w = graph.parameter("w", {2, 1}), x = graph.input("x", {2, 1});
    std::vector<Expr> v{w};
    for (std::int32_t t = 0; t < 3; ++t) {
        const Scope scope(graph, at(t));
        // Two uses of the weights: their gradient is a sum.
        const Expr loss = mse(tanh(v.back()), x) + 0.5 * sum(square(v.back()));
        const Derivative d = differentiate(loss, {v.back()});
        CHECK(&graph.op(d[v.back()].id) == &accumulate_op);
        CHECK(d[v.back()].step() == at(t));
        v.push_back(v.back() - 0.1 * d[v.back()]);
    }
}

TEST_CASE("steps: a gradient taken in a step, over others, has the steps of its values") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    std::vector<Expr> h{input_at(graph, -1)};
    for (std::int32_t t = 0; t < 4; ++t) {
        const Scope scope(graph, at(t));
        h.push_back(tanh(w * h.back()) + 0.1 * h.back());
    }
    const Scope last(graph, at(3));
    const Derivative d = differentiate(sum(h.back()), {w});
    CHECK_FALSE(d[w].step().has_value());
    CHECK(d.adjoint(h[2]).step() == at(1));
}

TEST_CASE("steps: a tangent taken in a step belongs to it where it reads that step alone") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1}), direction = graph.input("v", {1, 1});
    const Scope scope(graph, at(2));
    const Expr y = tanh(w * input_at(graph, 2));
    const std::vector<Expr> tangent = pushforward(std::array{y}, std::array{Seed{w, direction}});
    CHECK(tangent[0].step() == at(2));
}

TEST_CASE("steps: adjoints of a linear recurrence under a loss have their value's step") {
    Graph graph;
    const std::vector<Expr> x = linear_recurrence(graph);
    const Derivative d = differentiate(mse(x.back(), graph.input("Y", {1, 1})), {x.front()});
    // Nothing with a step is an operand of w' dy, but dy depends on x(2).
    CHECK(d.adjoint(x[1]).step() == at(1));
}

TEST_CASE("steps: the sum of stepless terms for a stepped value has the value's step") {
    Graph graph;
    const Expr V = graph.parameter("V", {1, 1}), U = graph.parameter("U", {1, 1});
    Expr h = input_at(graph, 1);
    {
        const Scope scope(graph, at(2));
        h = 0.9 * h;
    }
    const Expr target = graph.input("Y", {1, 1});
    const Derivative d = differentiate(mse(V * h, target) + mse(U * h, target), {h});
    REQUIRE(d.terms(h).size() == 2);
    CHECK_FALSE(d.terms(h)[0].value.step().has_value());
    CHECK(d[h].step() == at(2));
}

TEST_CASE("steps: what depends on time and has no step is told from what does not") {
    Graph graph;
    const Expr W = graph.parameter("W", {1, 1});
    const Expr y = W * input_at(graph, 3);
    const Scope scope(graph, at(5));
    CHECK(graph.depends_on_time(y.id));
    CHECK_FALSE(y.step().has_value());
    CHECK(tanh(y).step() == at(5));
    CHECK_FALSE(graph.depends_on_time(transpose(W).id));
    CHECK(transpose(y) != y);
    CHECK_FALSE(transpose(y).step().has_value());
}

TEST_CASE("steps: the sum of a parameter's terms has none") {
    Graph graph;
    const ManyToOne net = many_to_one(SimpleRnn(graph, 1, 2), {.steps = 3, .hidden = 2});
    const Derivative d = differentiate(net.loss, net.parameters);
    for (const Expr& gradient : d.gradients()) CHECK_FALSE(gradient.step().has_value());
}

TEST_CASE("steps: the sum of the terms of a stepped value has the value's step") {
    Graph graph;
    const Expr x = input_at(graph, 1);
    const auto made_in = [&](std::int32_t t) {
        const Scope scope(graph, at(t));
        return tanh(scale(t, x));
    };
    Expr total = made_in(2);
    {
        const Scope scope(graph, at(3));
        total = total + made_in(3);
    }
    const Derivative d = differentiate(sum(total), {x});
    CHECK(&graph.op(d[x].id) == &accumulate_op);
    CHECK(d[x].step() == at(1));
}

TEST_CASE("steps: two time axes are kept apart") {
    Graph graph;
    const Expr W = graph.parameter("W", {1, 1});
    Expr encoder, decoder;
    {
        const Scope scope(graph, Step{0, 2});
        encoder = W * graph.input("x", {1, 1});
    }
    {
        const Scope scope(graph, Step{1, 0});
        decoder = tanh(W * encoder);
    }
    CHECK(encoder.step() == Step{0, 2});
    CHECK(decoder.step() == Step{1, 0});
    const Derivative d = differentiate(sum(decoder), {W});
    CHECK(d.terms(W)[0].value.step() == Step{1, 0});
    CHECK(d.terms(W)[1].value.step() == Step{0, 2});
}

TEST_CASE("scope: scopes nest and the outer step comes back") {
    Graph graph;
    CHECK_FALSE(graph.open_step().has_value());
    {
        const Scope outer(graph, at(1));
        CHECK(graph.open_step() == at(1));
        {
            const Scope inner(graph, Step{1, 7});
            CHECK(graph.open_step() == Step{1, 7});
        }
        CHECK(graph.open_step() == at(1));
    }
    CHECK_FALSE(graph.open_step().has_value());
}

TEST_CASE("scope: a scope of a line keeps the open step") {
    Graph graph;
    const Scope outer(graph, at(1));
    const Scope line(graph, SourceLine::here());
    CHECK(graph.open_step() == at(1));
}

TEST_CASE("scope: the step of a stepless node closes the open step") {
    Graph graph;
    const Expr W = graph.parameter("W", {1, 1});
    const Scope outer(graph, at(1));
    const Scope inner = Scope::step_of(W);
    CHECK_FALSE(graph.open_step().has_value());
}

TEST_CASE("scope: the step of a stepped node opens it again") {
    Graph graph;
    const Expr x = input_at(graph, 6);
    const Scope scope = Scope::step_of(x);
    CHECK(graph.open_step() == at(6));
}

TEST_CASE("scope: the outer step comes back when an exception leaves the inner scope") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1}), y = graph.input("y", {3, 1});
    const Scope outer(graph, at(1));
    const auto fails = [&] {
        const Scope inner(graph, at(2));
        x + y;
    };
    CHECK_THROWS_AS(fails(), ShapeError);
    CHECK(graph.open_step() == at(1));
}

TEST_CASE("scope: differentiate restores the open step when a rule is missing") {
    static constexpr Op opaque_op{.name = "opaque",
                                  .shape = [](const ShapeArguments& x) { return x[0]; }};
    Graph graph;
    const Expr x = input_at(graph, 5);
    const Expr y = apply(opaque_op, {x});
    const Scope outer(graph, at(1));
    CHECK_THROWS_AS(differentiate(y, {x}), DerivativeError);
    CHECK(graph.open_step() == at(1));
}

TEST_CASE("scope: two graphs have scopes of their own") {
    Graph one, other;
    const Scope scope(one, at(1));
    CHECK_FALSE(other.open_step().has_value());
}
