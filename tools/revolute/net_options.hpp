#pragma once

#include <revolute/rnn/recurrent_net.hpp>

#include <CLI/CLI.hpp>

#include <string>

namespace revolute {

/// The options that say what net a command works on; each writes the field that it is given.
void add_architecture_options(CLI::App& command, Architecture& architecture);
/// --steps, --hidden, --input, --output and --batch; what the sizes are now is their default.
void add_size_options(CLI::App& command, Sizes& sizes);
/// --initial: zero, given or trainable.
void add_initial_option(CLI::App& command, InitialState& initial);

/// What a reader calls the net: "Simple RNN", "bidirectional LSTM, 2 layers".
std::string describe(const Architecture& architecture);

}  // namespace revolute
