// Truncated back-propagation through time: where the graph is cut.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/stack.hpp>
#include <revolute/rnn/truncate.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/gradient_paths.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

using namespace revolute;
using test::message_of;
using test::on_gradient_path;

namespace {

/// x(t) = a x(t-1).
struct Powers {
    Expr a;

    std::vector<StateTensor> state_tensors() const { return {{"x", 1}}; }
    std::vector<Expr> parameters() const { return {a}; }
    State step(Expr, const State& previous) const { return {(a * previous.front()).named("x")}; }
};

/// d x(3) / da for a = 0.2, x(0) = 0.9.
double slope_of_third_power(Truncation cuts) {
    Graph graph;
    const Powers cell{graph.parameter("a", {1, 1})};
    const auto inputs = input_sequence(graph, "u", {1, 1}, 3);
    const auto tensors = cell.state_tensors();
    const Unrolled net =
        truncate(cell, inputs, initial_state(graph, tensors, 1, InitialState::given), cuts);
    Bindings values;
    values.bind(cell.a, Matrix(1, 1, 0.2)).bind(net.initial.leaves.front(), Matrix(1, 1, 0.9));
    return evaluate(differentiate(net.last(), {cell.a})[cell.a], values)(0, 0);
}

constexpr int steps = 7;

/// Two steps of an input of one row, a cell of two units, the state given.
struct Net {
    Graph graph;
    Lstm cell{graph, 1, 2};
    std::vector<Expr> inputs = input_sequence(graph, "x", {1, 1}, steps);
    Initial initial = initial_state(graph, cell.state_tensors(), 1, InitialState::given);
};

/// First step that a loss at step t reaches, by the definition; t + 1 or more when it reaches none.
int first_reached(int t, Truncation cuts) {
    const int end = std::min((t / cuts.every + 1) * cuts.every, steps);
    return std::max(0, end - cuts.window);
}

/// Checks that what a gradient from the state of step t reaches are the steps from `first` to t, a
/// cut for each tensor of the state before them, or the initial state.
void check_reach(const Net& net, Expr tensor, int t, int first) {
    const std::vector<bool> reached = on_gradient_path(net.graph, tensor);
    std::set<int> steps_reached;
    std::size_t cuts = 0;
    for (std::uint32_t i = 0; i < reached.size(); ++i) {
        if (!reached[i]) continue;
        const NodeId node{i};
        if (net.graph.op(node).role == Role::stop_gradient)
            ++cuts;
        else if (const auto step = net.graph.step(node))
            steps_reached.insert(step->t);
    }
    std::set<int> expected;
    for (int s = first == 0 ? -1 : first; s <= t; ++s) expected.insert(s);
    CHECK(steps_reached == expected);
    // A state in no window is its own cut.
    CHECK(cuts == (first == 0 ? 0 : first > t ? 1 : 2));
}

std::vector<Matrix> values_of(const Unrolled& net, const Bindings& values) {
    std::vector<Expr> all;
    for (const State& state : net.states) all.insert(all.end(), state.begin(), state.end());
    return evaluate(all, values);
}

template <class Action>
std::string refused(Action&& action) {
    return message_of<GraphError>(std::forward<Action>(action));
}

}  // namespace

// x(3) = a^3 x(0), and d x(3) / da = 3 a^2 x(0) is a sum of three equal terms, 0.2^2 0.9 = 0.036
// each, one for every use of a. A window of k2 steps keeps k2 of them.
TEST_CASE("truncate: the gradient of a power keeps one term a step of the window") {
    for (const int every : {1, 2, 3, 5}) {
        CAPTURE(every);
        CHECK(slope_of_third_power({every, 1}) == doctest::Approx(0.036).epsilon(1e-14));
        CHECK(slope_of_third_power({every, 2}) == doctest::Approx(0.072).epsilon(1e-14));
        CHECK(slope_of_third_power({every, 3}) == doctest::Approx(0.108).epsilon(1e-14));
        CHECK(slope_of_third_power({every, 4}) == doctest::Approx(0.108).epsilon(1e-14));
    }
}

TEST_CASE("truncate: every tensor of a state reaches back to the cut and no further") {
    for (int every = 1; every <= steps + 1; ++every)
        for (int window = 1; window <= steps + 1; ++window) {
            CAPTURE(every);
            CAPTURE(window);
            Net net;
            const Truncation cuts{every, window};
            const Unrolled run = truncate(net.cell, net.inputs, net.initial, cuts);
            for (int t = 0; t < steps; ++t) {
                CAPTURE(t);
                for (const Expr& tensor : run.states[static_cast<std::size_t>(t)])
                    check_reach(net, tensor, t, first_reached(t, cuts));
            }
        }
}

TEST_CASE("truncate: a window of all steps is plain unrolling, node for node") {
    for (const int every : {1, 3, steps, steps + 4}) {
        Net net;
        const Unrolled plain = unroll(net.cell, net.inputs, net.initial);
        const std::uint32_t size = net.graph.size();
        const Unrolled run = truncate(net.cell, net.inputs, net.initial, {every, steps});
        CHECK(run.states == plain.states);
        CHECK(net.graph.size() == size);
    }
}

TEST_CASE("truncate: a batch that shrinks is cut as any other") {
    Graph graph;
    const Lstm cell(graph, 1, 2);
    const auto inputs = shrinking_input_sequence(graph, "x", 1, std::array{4, 4, 2});
    const Initial initial = initial_state(graph, cell.state_tensors(), 3, InitialState::given);
    CHECK(truncate(cell, inputs, initial, {2, 4}).states == unroll(cell, inputs, initial).states);
    const Unrolled run = truncate(cell, inputs, initial, {2, 3});
    CHECK(run.last().shape() == Shape{2, 2});
    const auto reached = on_gradient_path(graph, run.last());
    for (std::size_t t = 0; t < 4; ++t) CHECK(reached[index(inputs[t].id)] == (t >= 1));
}

TEST_CASE("truncate: values are those of plain unrolling, bit for bit") {
    Net net;
    Random random(1);
    Bindings values;
    for (const Expr& x : net.cell.parameters()) values.bind(x, random.matrix(x.shape()));
    for (const Expr& x : net.inputs) values.bind(x, random.matrix(x.shape()));
    for (const Expr& x : net.initial.leaves) values.bind(x, random.matrix(x.shape()));
    const std::vector<Matrix> plain = values_of(unroll(net.cell, net.inputs, net.initial), values);
    for (int every = 1; every <= steps; ++every)
        for (int window = 1; window < steps; ++window) {
            const Unrolled run = truncate(net.cell, net.inputs, net.initial, {every, window});
            const std::vector<Matrix> truncated = values_of(run, values);
            REQUIRE(truncated.size() == plain.size());
            for (std::size_t i = 0; i < plain.size(); ++i)
                CHECK(std::ranges::equal(truncated[i].values(), plain[i].values()));
        }
}

TEST_CASE("truncate: a recurrence that runs backward is cut from the last step on") {
    Net net;
    const TimeAxis time{.direction = Direction::backward};
    const Initial initial = initial_state(net.graph, net.cell.state_tensors(), 1,
                                          InitialState::given, time.start(steps));
    const Unrolled run = truncate(net.cell, net.inputs, initial, {1, 2}, time);
    for (int t = 0; t < steps; ++t) {
        const auto reached = on_gradient_path(net.graph, run.output(static_cast<std::size_t>(t)));
        for (int s = 0; s < steps; ++s) {
            const NodeId x = net.inputs[static_cast<std::size_t>(s)].id;
            CHECK(reached[index(x)] == (s == t || s == t + 1));
        }
    }
    CHECK(&run.final_state() == &run.states.front());
}

TEST_CASE("truncate: the cut of a stack goes through all of its layers") {
    Graph graph;
    const Gru below(graph, 1, 2, Reset::after_product, "1");
    const Lstm above(graph, 2, 3, {.suffix = "2"});
    const Stack cell({below, above});
    const auto inputs = input_sequence(graph, "x", {1, 1}, 4);
    const Unrolled run = truncate(
        cell, inputs, initial_state(graph, cell.state_tensors(), 1, InitialState::given), {2, 3});
    const auto reached = on_gradient_path(graph, run.last());
    std::vector<std::string> cut;
    for (std::uint32_t i = 0; i < reached.size(); ++i)
        if (reached[i] && graph.op(NodeId{i}).role == Role::stop_gradient)
            cut.push_back(graph.label(graph.operand(NodeId{i}, 0)));
    std::ranges::sort(cut);
    CHECK(cut == std::vector<std::string>{"c2[0]", "h1[0]", "h2[0]"});
}

TEST_CASE("stack: states and values are those of layers on each other") {
    Graph graph;
    const Gru below(graph, 1, 2, Reset::after_product, "1");
    const Lstm above(graph, 2, 3, {.suffix = "2"});
    const auto inputs = input_sequence(graph, "x", {1, 2}, 3);
    const Layer first = unidirectional(below, inputs);
    const Layer second = unidirectional(above, first.outputs);
    const Stack cell({below, above});
    const Unrolled run =
        unroll(cell, inputs, initial_state(graph, cell.state_tensors(), 2, InitialState::zero));
    for (std::size_t t = 0; t < 3; ++t) {
        CHECK(run.output(t) == second.outputs[t]);
        CHECK(run.states[t] ==
              State{second.outputs[t], second.directions[0].states[t][1], first.outputs[t]});
    }
    std::vector<Expr> parameters = below.parameters();
    for (const Expr& parameter : above.parameters()) parameters.push_back(parameter);
    CHECK(cell.parameters() == parameters);
}

TEST_CASE(
    "in_window: all steps where windows reach the ends of each other, else the last of each "
    "chunk") {
    CHECK(in_window({2, 2}, 5) == std::vector{0, 1, 2, 3, 4});
    CHECK(in_window({1, 3}, 3) == std::vector{0, 1, 2});
    CHECK(in_window({3, 1}, 7) == std::vector{2, 5, 6});
    CHECK(in_window({3, 1}, 7, {.direction = Direction::backward}) == std::vector{0, 1, 4});
    CHECK(in_window({3, 1}, 0).empty());
}

TEST_CASE("truncate: cuts below one step are refused") {
    Net net;
    const int line = __LINE__ + 1;
    const auto never = [&] { truncate(net.cell, net.inputs, net.initial, {0, 2}); };
    CHECK(refused(never) ==
          fmt::format("truncate: the cuts must be every 1 step or more, the window 1 step or more "
                      "(every 0, window 2)\n  asked for at truncate_test.cpp:{}",
                      line));
    const auto nothing = [] { in_window({3, -1}, 4); };
    CHECK(refused(nothing) ==
          fmt::format("in_window: the cuts must be every 1 step or more, the window 1 step or more "
                      "(every 3, window -1)\n  asked for at truncate_test.cpp:{}",
                      line + 5));
}

TEST_CASE("truncate: no input is refused, and a stack without a cell") {
    Net net;
    CHECK(refused([&] {
              truncate(net.cell, {}, net.initial, {1, 1});
          }) == "truncate: needs an expression");
    const int line = __LINE__ + 1;
    const auto no_cell = [] { Stack({}); };
    CHECK(refused(no_cell) ==
          fmt::format("stack: needs at least one cell\n  asked for at truncate_test.cpp:{}", line));
}
