#pragma once

#include "option_values.hpp"
#include "text_net.hpp"
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/cost/memory_need.hpp>
#include <revolute/tools/cost/net_cost.hpp>

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
/// --initial: zero, given or trainable.
void add_initial_option(CLI::App& command, InitialState& initial);

/// What a reader calls the net: "Simple RNN", "bidirectional LSTM, 2 layers".
std::string describe(const Architecture& architecture);

/// At which steps a net answers.
enum class Answers : std::uint8_t { last, every };

/// A net of any number of steps.
struct NetOptions {
    Sizes sizes;
    Architecture architecture{};
    std::optional<Answers> answers{};
    TextNetOptions text{};  ///< in place of the architecture, where it is used

    /// Unless it is said, a net answers after the last step; a bidirectional one at every step,
    /// since an answer to the last step alone would read one step of the backward direction.
    bool answers_every_step() const;
};

/// All of these options, --answers, and those of a text.
void add_net_options(CLI::App& command, NetOptions& options);

/// "Bidirectional LSTM, 2 layers, many-to-many".
std::string describe(const NetOptions& options);
/// Throws CapacityError where the command would take more memory than there is; before anything is
/// built.
void require_memory(std::string_view command, const NetOptions& options, const MemoryLaw& law);
/// What is differentiated of a net, and by what.
struct NetToDerive {
    Expr loss;
    std::vector<Expr> variables;
};
/// The net of so many steps.
NetToDerive net_of(Graph& graph, const NetOptions& options, int steps);
/// A table of its layers, or, of a text, of its parameters.
std::string parts_of(const NetOptions& options);

/// Says on standard error how a net of so many steps was simplified.
void tell_simplification(int steps, const SimplifyReport& report);

/// The net for any sizes, simplified unless it is asked for as built.
SizedGraph sized_graph(const NetOptions& options, bool is_as_built);
/// The values of its sizes.
std::vector<std::int64_t> values_of(const NetOptions& options);
/// How its cost depends on them.
SizePolynomials polynomials_of(const NetOptions& options, bool is_as_built);
/// The line above what is said of its training step.
std::string heading(const NetOptions& options, bool is_as_built);

}  // namespace revolute
