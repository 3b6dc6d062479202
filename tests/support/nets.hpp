#pragma once

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/truncate.hpp>

#include <string>
#include <vector>

// Nets of the library's cells that several tests are about.

namespace revolute::test {

/// Nets of every cell: of one layer and of two, in one direction and in both.
std::vector<Architecture> architectures();

/// A net of any number of steps.
struct NetKind {
    Architecture architecture{};
    bool answers_every_step = false;
    int batch = 1;
    int output = 1;

    std::string text() const;
};

Sizes sizes_of(const NetKind& kind, int steps);
Architecture architecture_of(const NetKind& kind, int steps);
/// With two inputs and three hidden units.
RecurrentNet net_of(Graph& graph, const NetKind& kind, int steps);

/// A layer whose back-propagation is truncated, with answers after the last step or every one.
struct TruncatedKind {
    CellKind cell = CellKind::simple;
    Truncation cuts{1, 1};
    bool answers_every_step = false;
    InitialState initial = InitialState::zero;

    std::string text() const;
};

/// Derivative with respect to the cell's parameters.
Derivative truncated(Graph& graph, const TruncatedKind& kind, int steps);

/// Of an LSTM that reads four sequences of different lengths, in batches that shrink.
Derivative of_shrinking_batches(Graph& graph);

/// Of a net with two time axes: a GRU that reads so many steps, and one that writes so many
/// answers.
Derivative of_two_axes(Graph& graph, int steps, int answers);

}  // namespace revolute::test
