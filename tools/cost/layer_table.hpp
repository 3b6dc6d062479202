#pragma once

/// @file
/// A table of a net's layers.

#include <revolute/rnn/recurrent_net.hpp>

#include <string>

namespace revolute {

/// A line for each layer, and each direction of it, with the rows that it reads at a step, the rows
/// that it gives, and the number of entries of its parameters; then the dense layer of the answers,
/// trainable initial states, and the sum.
std::string layer_table(const RecurrentNet& net, InitialState initial);

}  // namespace revolute
