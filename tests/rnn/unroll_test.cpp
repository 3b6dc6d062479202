#include "rnn/two_steps.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/rnn/truncate.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

using namespace revolute;
using test::message_of;
using test::TwoSteps;

namespace {

/// A leaky integrator with two state tensors: s(t) = 0.9 s(t-1) + A x(t), p(t) = s(t) o p(t-1).
struct TwoStates {
    Expr A;

    std::vector<StateTensor> state_tensors() const {
        return {{"s", A.shape().rows}, {"p", A.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {A}; }
    State step(Expr x, const State& previous) const {
        const Expr Ax = A * x;
        const Expr s = (0.9 * previous[0] + Ax).named("s");
        return {s, hadamard(s, previous[1]).named("p")};
    }
};

static_assert(Cell<TwoStates>);

/// Says that it has two state tensors, and returns one.
struct Forgetful {
    std::vector<StateTensor> state_tensors() const { return {{"h", 1}, {"c", 1}}; }
    std::vector<Expr> parameters() const { return {}; }
    State step(Expr x, const State& previous) const { return {x + previous[0]}; }
};

/// Says that its second state tensor has a row, and returns one of as many rows as the first.
struct Taller {
    std::vector<StateTensor> state_tensors() const { return {{"h", 2}, {"c", 1}}; }
    std::vector<Expr> parameters() const { return {}; }
    State step(Expr x, const State& previous) const {
        return {(x + previous[0]).named("h"), tanh(x).named("c")};
    }
};

/// Returns a state of one column, whatever the batch.
struct Narrow {
    std::vector<StateTensor> state_tensors() const { return {{"h", 2}}; }
    std::vector<Expr> parameters() const { return {}; }
    State step(Expr x, const State&) const { return {row_sums(x).named("h")}; }
};

}  // namespace

TEST_CASE("unroll: names and steps every state") {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const auto x = input_sequence(graph, "x", {2, 1}, 3);
    const auto tensors = cell.state_tensors();
    const Unrolled net = unroll(cell, x, initial_state(graph, tensors, 1, InitialState::given));
    REQUIRE(net.states.size() == 3);
    CHECK(net.initial.leaves.front().label() == "h[-1]");
    CHECK(x[2].label() == "x[2]");
    CHECK(net.output(0).label() == "h[0]");
    CHECK(net.last().label() == "h[2]");
    CHECK(net.last().step() == Step{0, 2});
    CHECK_FALSE(cell.W.step().has_value());
}

TEST_CASE("unroll: a cell with two state tensors carries both") {
    Graph graph;
    const TwoStates cell{graph.parameter("A", {2, 2})};
    const auto x = input_sequence(graph, "x", {2, 1}, 2);
    const auto tensors = cell.state_tensors();
    const Unrolled net = unroll(cell, x, initial_state(graph, tensors, 1, InitialState::given));
    Bindings values;
    values.bind(cell.A, Matrix::from_rows({{1, 0}, {0, 2}}));
    values.bind(x[0], Matrix::from_rows({{1}, {2}})).bind(x[1], Matrix::from_rows({{3}, {4}}));
    values.bind(net.initial.leaves[0], Matrix(2, 1, 10.0));
    values.bind(net.initial.leaves[1], Matrix(2, 1, 1.0));
    // s(0) = 9 + (1, 4) = (10, 13); s(1) = (9, 11.7) + (3, 8) = (12, 19.7); p = s(0) o s(1).
    const Matrix p = evaluate(net.states[1][1], values);
    CHECK(p(0, 0) == doctest::Approx(120.0).epsilon(1e-15));
    CHECK(p(1, 0) == doctest::Approx(256.1).epsilon(1e-15));
    CHECK(net.initial.leaves[1].label() == "p[-1]");
}

TEST_CASE("unroll: a second time axis labels its steps with its own letter") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const auto x = input_sequence(graph, "x", {1, 1}, 2, 1);
    const auto tensors = cell.state_tensors();
    const TimeAxis time{.number = 1};
    const Unrolled net =
        unroll(cell, x, initial_state(graph, tensors, 1, InitialState::given, time.start(2)), time);
    CHECK(net.last().label() == "h[s=1]");
    CHECK(x[0].label() == "x[s=0]");
    CHECK(net.initial.leaves.front().label() == "h[s=-1]");
}

TEST_CASE(
    "initial state: zero is a constant, given has a column for each of the batch, trainable one") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const auto tensors = cell.state_tensors();
    const Initial zero = initial_state(graph, tensors, 4, InitialState::zero);
    CHECK(zero.leaves.empty());
    CHECK(&graph.op(zero.state.front().id) == &constant_op);
    const Initial given = initial_state(graph, tensors, 4, InitialState::given);
    CHECK(given.leaves.front().shape() == Shape{2, 4});
    CHECK(given.state == given.leaves);
    const Initial trainable = initial_state(graph, tensors, 4, InitialState::trainable);
    CHECK(trainable.leaves.front().shape() == Shape{2, 1});
    CHECK(trainable.state.front().shape() == Shape{2, 4});
}

TEST_CASE("SimpleRnn: the activation is a parameter") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2, square);
    const Expr x = graph.input("x", {1, 1});
    const Expr h = graph.input("before", {2, 1});
    CHECK(&graph.op(cell.step(x, {h}).front().id) == &square_op);
}

TEST_CASE("many_to_one: the head and the loss have no step") {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const ManyToOne net = many_to_one(cell, {.steps = 2, .input = 2, .hidden = 3, .output = 2});
    CHECK_FALSE(net.y.step().has_value());
    CHECK_FALSE(net.loss.step().has_value());
    CHECK(net.loss.label() == "L");
    CHECK(net.y.shape() == Shape{2, 1});
    CHECK(net.variables() == std::vector{cell.W, cell.U, cell.b, net.V, net.c});
}

TEST_CASE("many_to_one: every node it makes carries the line of the call") {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const int line = __LINE__ + 1;
    const ManyToOne net = many_to_one(cell, {.steps = 2, .input = 2, .hidden = 3});
    const std::string expected = fmt::format("made at unroll_test.cpp:{}", line);
    for (std::uint32_t i = index(net.unrolled.inputs[0].id); i < graph.size(); ++i)
        CHECK(graph.origin(NodeId{i}) == expected);
}

TEST_CASE(
    "unroll: the last output is the first tensor of the state after all steps, in either "
    "direction") {
    Graph graph;
    const TwoStates cell{graph.parameter("A", {2, 1})};
    const auto x = input_sequence(graph, "x", {1, 1}, 3);
    const Initial zero = initial_state(graph, cell.state_tensors(), 1, InitialState::zero);
    const Unrolled forward = unroll(cell, x, zero);
    CHECK(forward.final_state() == forward.states[2]);
    CHECK(forward.last() == forward.states[2][0]);
    const Unrolled backward = unroll(cell, x, zero, {.direction = Direction::backward});
    CHECK(backward.final_state() == backward.states[0]);
    CHECK(backward.last() == backward.states[0][0]);
    CHECK(graph.step(backward.last().id) == Step{0, 0});
}

TEST_CASE("unroll: a state of another cell is refused before any step") {
    Graph graph;
    const TwoStates cell{graph.parameter("A", {2, 1})};
    const auto x = input_sequence(graph, "x", {1, 1}, 3);
    const std::size_t before = graph.size();
    CHECK_THROWS_AS(unroll(cell, x, {}), ShapeError);
    CHECK(graph.size() == before);
}

TEST_CASE("unroll: where the batch shrinks, a step reads the first columns of the state before") {
    TwoSteps net;
    const Expr narrow = net.graph.input("w", {1, 1});
    const Unrolled unrolled = unroll(net.cell, std::array{net.inputs[0], narrow}, net.initial);
    CHECK(unrolled.states[0][0].shape() == Shape{2, 2});
    CHECK(unrolled.states[1][0].shape() == Shape{2, 1});
    Bindings values;
    values.bind(net.cell.W, Matrix::from_rows({{1}, {2}})).bind(net.cell.U, Matrix(2, 2, 0.5));
    values.bind(net.cell.b, Matrix(2, 1)).bind(net.inputs[0], Matrix::from_rows({{1, 10}}));
    values.bind(narrow, Matrix(1, 1, 3.0));
    const Matrix h = evaluate(unrolled.states[1][0], values);
    // The column of x = 10 has ended.
    const double from_state = 0.5 * (std::tanh(1.0) + std::tanh(2.0));
    CHECK(h(0, 0) == doctest::Approx(std::tanh(3.0 + from_state)).epsilon(1e-15));
    CHECK(h(1, 0) == doctest::Approx(std::tanh(6.0 + from_state)).epsilon(1e-15));
}

TEST_CASE("unroll: a batch that grows is refused") {
    TwoSteps net;
    const int line = __LINE__ + 1;
    const auto bigger = net.graph.input("w", {1, 3});
    const auto grow = [&] { unroll(net.cell, std::array{net.inputs[0], bigger}, net.initial); };
    CHECK(message_of<GraphError>(grow) ==
          fmt::format("unroll: the batch must not grow from one input to the next (2 columns, then "
                      "3); put the longest sequences first\n"
                      "  one is {}\n"
                      "  the next is w [1 x 3], made at unroll_test.cpp:{}\n"
                      "  asked for at unroll_test.cpp:{}",
                      net.graph.describe(net.inputs[0].id), line, line + 1));
}

TEST_CASE("unroll: an initial state of another batch is refused") {
    TwoSteps net;
    const int line = __LINE__ + 1;
    const Initial wide = initial_state(net.graph, net.cell.state_tensors(), 3, InitialState::given);
    const auto start = [&] { unroll(net.cell, net.inputs, wide); };
    CHECK(message_of<ShapeError>(start) ==
          fmt::format("unroll: the initial state must have as many columns as the first input (3 "
                      "and 2)\n"
                      "  state is h[-1] [2 x 3], made at unroll_test.cpp:{}\n"
                      "  input is {}\n"
                      "  asked for at unroll_test.cpp:{}",
                      line, net.graph.describe(net.inputs[0].id), line + 1));
}

TEST_CASE("unroll: a cell that returns fewer tensors than its state has is refused") {
    Graph graph;
    const Forgetful cell;
    const auto x = input_sequence(graph, "x", {1, 1}, 2);
    const std::string expected =
        "the cell's step must return as many state tensors as the recurrence starts from (1 and "
        "2), in step t = 0";
    CHECK(message_of<GraphError>([&] { unidirectional(cell, x); }) ==
          fmt::format("unroll: {}", expected));
    const Initial zero = initial_state(graph, cell.state_tensors(), 1, InitialState::zero);
    CHECK(message_of<GraphError>([&] {
              truncate(cell, x, zero, {1, 1});
          }) == fmt::format("truncate: {}", expected));
}

TEST_CASE("unroll: a cell that returns a state of another shape than it says is refused") {
    Graph graph;
    const auto x = input_sequence(graph, "x", {2, 3}, 2);
    const auto zero_of = [&](const AnyCell& cell) {
        return initial_state(graph, cell.state_tensors(), 3, InitialState::zero);
    };
    const std::string must =
        "the cell's step must return state tensors as its state_tensors() and the input say: ";
    const AnyCell taller = Taller{}, narrow = Narrow{};
    const auto check = [&](const AnyCell& cell, const std::string& what) {
        const auto begins = [&](const std::string& subject) {
            return fmt::format("{}: {}{}, in step t = 0\n  it is ", subject, must, what);
        };
        const Lengths lengths = input_lengths(graph, 3, 2);
        CHECK(message_of<ShapeError>([&] {
                  unroll(cell, x, zero_of(cell));
              }).starts_with(begins("unroll")));
        CHECK(message_of<ShapeError>([&] {
                  truncate(cell, x, zero_of(cell), {1, 1});
              }).starts_with(begins("truncate")));
        CHECK(message_of<ShapeError>([&] {
                  unroll_masked(cell, x, lengths, zero_of(cell));
              }).starts_with(begins("unroll_masked")));
    };
    check(taller, "c must be [1 x 3] ([2 x 3])");
    check(narrow, "h must be [2 x 3] ([2 x 1])");
    CHECK(message_of<ShapeError>([&] {
              unroll(taller, x, zero_of(taller));
          }).find("\n  it is c[0] [2 x 3], made at unroll_test.cpp:") != std::string::npos);
}
