#pragma once

#include "option_values.hpp"
#include <revolute/rnn/recurrent_net.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace revolute {

/// The options that say what net a command works on; each writes the field that it is given.
void add_architecture_options(CLI::App& command, Architecture& architecture);
/// --steps, --hidden, --input, --output and --batch; what the sizes are now is their default.
void add_size_options(CLI::App& command, Sizes& sizes);
/// At which steps a net answers.
enum class Answers : std::uint8_t { last, every };
/// --answers.
void add_answers_option(CLI::App& command, std::optional<Answers>& answers);
/// Unless it is said, a net answers after the last step; a bidirectional one at every step, since an
/// answer to the last step alone would read one step of the backward direction.
bool answers_every_step(std::optional<Answers> answers, const Architecture& architecture);
/// --initial: zero, given or trainable.
void add_initial_option(CLI::App& command, InitialState& initial);

/// "1 step", "3 steps".
std::string counted(int number, std::string_view what);

/// What a reader calls the net: "Simple RNN", "bidirectional LSTM, 2 layers".
std::string describe(const Architecture& architecture);

}  // namespace revolute
