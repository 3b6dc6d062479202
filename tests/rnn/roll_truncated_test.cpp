// Rolling of truncated nets: windows that overlap many times are as alike as others.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/rnn/truncate.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace revolute;

namespace {

template <class Cell>
Rolled truncated(Truncation cuts, int steps) {
    Graph graph;
    const Cell cell(graph, 1, 2);
    const auto x = input_sequence(graph, "x", {1, 1}, steps);
    const Initial zero = initial_state(graph, cell.state_tensors(), 1, InitialState::zero);
    const Unrolled net = truncate(cell, x, zero, cuts);
    const Expr loss = read_out(net.outputs(), 1).loss;
    return roll(differentiate(loss, cell.parameters()).loss_and_gradients());
}

template <class Cell>
void check_more_steps(Truncation cuts) {
    CAPTURE(cuts.every);
    CAPTURE(cuts.window);
    // Windows begin, overlap and end.
    const int steps = 12 * cuts.every + 6 * cuts.window;
    const Rolled rolled = truncated<Cell>(cuts, steps);
    REQUIRE(rolled.least_steps().has_value());
    CHECK(*rolled.least_steps() < steps);
    CHECK(rolled.period() % cuts.every == 0);
    for (const int more : {1, 2, 5})
        CHECK(rolled.at(steps + more * rolled.period()) ==
              truncated<Cell>(cuts, steps + more * rolled.period()));
    CHECK(rolled.at(*rolled.least_steps()) == truncated<Cell>(cuts, *rolled.least_steps()));
    CHECK(rolled.at(10'000 * cuts.every + steps).parts.size() == rolled.parts.size());
}

}  // namespace

TEST_CASE("at: truncated nets of any window are those that are built with as many steps") {
    for (const Truncation cuts : std::vector<Truncation>{{1, 1},
                                                         {1, 2},
                                                         {1, 3},
                                                         {1, 4},
                                                         {1, 6},
                                                         {2, 3},
                                                         {2, 5},
                                                         {2, 9},
                                                         {2, 10},
                                                         {3, 1},
                                                         {3, 7},
                                                         {3, 12},
                                                         {4, 13},
                                                         {5, 10},
                                                         {5, 15}}) {
        check_more_steps<SimpleRnn>(cuts);
        check_more_steps<Gru>(cuts);
        check_more_steps<Lstm>(cuts);
    }
}
