#pragma once

#include <revolute/rnn/unroll.hpp>
#include <revolute/tools/cost/net_size.hpp>
#include <revolute/tools/cost/size_polynomials.hpp>
#include <revolute/tools/language/net_text.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace revolute {

/// A net whose equations stand in a text, which a command may work on in place of one of cells.
struct TextNetOptions {
    std::optional<NetText> text{};
    std::map<std::string, int> rows{};  ///< by name, in place of what the text says

    /// Whether the command line names a text.
    bool is_used() const { return text.has_value(); }
};

/// --net and --size. The options of nets of cells that the command has are excluded, but those of
/// sizes: --hidden is the rows of h, --input those of x, --output those of y. A text that is of so
/// many steps sets `sizes.steps`.
void add_text_options(CLI::App& command, TextNetOptions& options, Sizes& sizes);

/// --steps and --seed of commands that compute nets for random values.
void add_random_net_options(CLI::App& command, int& steps, const char* what_steps,
                            std::uint64_t& seed);

/// The text of a file, of `-`, the standard input, or of a net that comes with the library. Says on
/// standard error what may be a mistake in it.
NetText text_named(const std::string& name);

/// A question whether one of the nets that come with the library was meant; empty where none is
/// called like that.
std::string meant_net(const std::string& name);

/// The sizes with so many steps and columns.
NetTextSizes sizes_of(const TextNetOptions& options, int steps, int columns);
/// The net, which has a loss, or a GraphError says that it has none.
TextNet built_net(const TextNetOptions& options, Graph& graph, int steps, int columns);
/// Of which numbers of steps there is a net: one where the text says how many.
BuildableSteps buildable_steps(const TextNetOptions& options);
/// The net for any N, B and rows that the text names: its loss, then the gradients.
SizedGraph sized_graph(const TextNetOptions& options, bool is_simplified);
/// The values of these sizes' names.
std::vector<std::int64_t> values_of(const TextNetOptions& options, const Sizes& sizes);
/// The size of the net, found without building all steps.
NetSize net_size(const TextNetOptions& options, int steps, int columns);
/// A line for each parameter, and the sum of their entries.
std::string parameter_table(const TextNetOptions& options, const Sizes& sizes);

}  // namespace revolute
