#pragma once

#include "hand/block.hpp"
#include <revolute/graph/program/program.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <optional>

namespace revolute {

/// What a program takes beside the same written by hand.
struct BesideHand {
    double program = 0;  ///< the median of the runs, in microseconds
    double hand = 0;     ///< the same
    double difference =
        0;                 ///< of the gradients, relative to the largest entry of each: the largest
    double elapsed = 0;    ///< seconds of all runs
    double processor = 0;  ///< seconds that the processor gave them
    int runs = 0;          ///< of each
};

/// The gradients of all parameters of a many-to-one net with one output, by its program and by
/// hand, each in one thread and in turns, so that what else the computer does meets both. As many
/// runs as are asked for, or as half a second has room for, but at least three.
///
/// Throws Error where the gradients differ by more than rounding, and for a cell that is not
/// written by hand: simple, gru and lstm are.
BesideHand time_beside_hand(CellKind cell, const hand::Sizes& sizes, Precision precision,
                            std::optional<int> runs);

}  // namespace revolute
