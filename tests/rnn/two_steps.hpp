#pragma once

#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/rnn/unroll.hpp>

#include <vector>

namespace revolute::test {

/// A cell, and two steps of a batch of two.
struct TwoSteps {
    Graph graph;
    SimpleRnn cell{graph, 1, 2};
    std::vector<Expr> inputs = input_sequence(graph, "x", {1, 2}, 2);
    Initial initial = initial_state(graph, cell.state_tensors(), 2, InitialState::zero);
};

}  // namespace revolute::test
