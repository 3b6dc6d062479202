// Cost of small graphs, by hand and node by node.

#include "support/count_nodes.hpp"
#include "support/message.hpp"
#include <revolute/graph/cost/cost.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

Expr given_state(Graph& graph) {
    const Scope before(graph, Step{0, -1});
    return graph.initial_state("h", {3, 5});
}

/// h(t) = tanh(U h(t-1)).
std::vector<Expr> states_of(Expr U, int steps) {
    Expr h = given_state(*U.graph);
    std::vector<Expr> states;
    for (int t = 0; t < steps; ++t) {
        const Scope at(*U.graph, Step{0, t});
        h = tanh(U * h);
        states.push_back(h);
    }
    return states;
}

/// L = sum h(N-1), and dU.
std::vector<Expr> chain(Graph& graph, int steps) {
    const Expr U = graph.parameter("U", {3, 3});
    const Expr loss = sum(states_of(U, steps).back());
    return {loss, differentiate(loss, {U})[U]};
}

}  // namespace

TEST_CASE("cost: a chain of products and tanh takes what is counted by hand") {
    Graph graph;
    const Cost counted = cost(roll(chain(graph, 10)));
    // Ten products and tanh, and the sum of the last state.
    CHECK(counted.forward.operations == 10 * (2 * 3 * 3 * 5 + 3 * 5) + 3 * 5);
    // Each step: 1 - h o h, and its product with dh; dz h'; nine times U' dz, and nine additions of
    // terms of dU.
    CHECK(counted.backward.operations ==
          10 * (3 * 3 * 5 + 2 * 3 * 3 * 5) + 9 * 2 * 3 * 3 * 5 + 9 * 3 * 3);
    CHECK(counted.forward.kept_entries == 10 * 3 * 5);   // h(t)
    CHECK(counted.backward.kept_entries == 10 * 3 * 5);  // dz(t), for dU
}

TEST_CASE("cost: of another number of steps, it is that of the graph with so many") {
    Graph graph, longer;
    const Rolled rolled = roll(chain(graph, 10));
    CHECK(cost(rolled.at(77)) == NodeCounter(chain(longer, 77)).count());
}

TEST_CASE("cost: a million steps take a hundred thousand times as much as ten, but for the ends") {
    Graph graph;
    const Rolled rolled = roll(chain(graph, 10));
    const std::int64_t step =
        cost(rolled.at(11)).backward.operations - cost(rolled).backward.operations;
    CHECK(cost(rolled.at(1'000'000)).backward.operations ==
          cost(rolled).backward.operations + 999'990 * step);
}

TEST_CASE("cost: what a step reads through stop_gradient is the value itself") {
    Graph graph;
    const std::vector<Expr> outputs = [&] {
        const Expr U = graph.parameter("U", {3, 3});
        const Expr x = graph.input("x", {3, 5});
        const Expr y = U * stop_gradient(exp(x));
        const Expr loss = sum(y);
        return std::vector<Expr>{loss, differentiate(loss, {U})[U]};
    }();
    const Cost counted = cost(roll(outputs));
    CHECK(counted.forward.kept_entries == 3 * 5);  // exp x
    CHECK(counted == NodeCounter(outputs).count());
}

TEST_CASE("cost: steps of a recurrence behind the loss do not belong to the forward pass") {
    Graph graph;
    const std::vector<Expr> states = states_of(graph.parameter("U", {3, 3}), 12);
    const std::vector<Expr> outputs{sum(states[6]), states.back()};
    const Cost counted = cost(roll(outputs));
    CHECK(counted.forward.operations == 7 * (2 * 3 * 3 * 5 + 3 * 5) + 3 * 5);
    CHECK(counted.backward.operations == 5 * (2 * 3 * 3 * 5 + 3 * 5));
    CHECK(counted == NodeCounter(outputs).count());
}

TEST_CASE("cost: a loss at every k-th step reads nothing of the steps between") {
    for (const std::size_t stride : {3U, 9U}) {
        CAPTURE(stride);
        Graph graph;
        const Expr U = graph.parameter("U", {3, 3});
        const std::vector<Expr> states = states_of(U, 10);
        std::vector<Expr> losses;
        for (std::size_t t = 0; t < states.size(); t += stride) {
            const Scope at = Scope::step_of(states[t]);
            losses.push_back(sum(square(states[t])));
        }
        const Expr loss = accumulate(losses);
        const std::vector<Expr> outputs{loss, differentiate(loss, {U})[U]};
        CHECK(cost(roll(outputs)) == NodeCounter(outputs).count());
    }
}

TEST_CASE("cost: a graph without steps has a cost too") {
    Graph graph;
    const Expr W = graph.parameter("W", {3, 4});
    const Expr loss = sum(tanh(W * graph.input("x", {4, 5})));
    const std::vector<Expr> outputs{loss, differentiate(loss, {W})[W]};
    const Cost counted = cost(roll(outputs));
    CHECK(counted.forward.operations == 2 * 3 * 4 * 5 + 3 * 5 + 3 * 5);
    CHECK(counted == NodeCounter(outputs).count());
}

TEST_CASE("cost: rolled graphs without outputs are refused") {
    CHECK(message_of<GraphError>([] { cost(Rolled{}); }) ==
          "cost: the loss must be the first output (there is no output)");
}
