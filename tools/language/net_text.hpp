#pragma once

/// @file
/// Nets whose equations stand in a text, read and built into graphs.

#include <revolute/graph/graph.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// Numbers that a net's text leaves open.
struct NetTextSizes {
    int steps = 1;    ///< N, on the time axis t
    int columns = 1;  ///< B, of the batch
    /// Rows by name, in place of those that the text says.
    std::map<std::string, int> rows{};
    /// Steps on other axes, by their number: 1 for s.
    std::map<std::int32_t, int> other_steps{};
};

/// A sequence of values that are given step by step.
struct NetSequence {
    std::string name;          ///< as the text calls it
    std::vector<Expr> values;  ///< from the first step to the last
};

/// A value of the text without step.
struct NetValue {
    std::string name;  ///< as the text calls it
    Expr value;        ///< in the graph
};

/// A net built from its text. What the text names has its name in the graph, and its steps.
struct TextNet {
    Expr loss;                        ///< [1 x 1]: L, or the last line that no other reads
    std::vector<NetValue> trained;    ///< parameters
    std::vector<NetValue> given;      ///< parameters that are not trained
    std::vector<NetSequence> inputs;  ///< what has steps and no line defines, [rows x B] each
    std::vector<NetValue> targets;    ///< what the loss compares answers with and no line defines
    std::vector<NetValue> initial;    ///< states that are given or trainable: "h(-1)"
    std::map<std::int32_t, Interval> steps;  ///< by time axis, from the first to the last
    /// All values of lines, by name and step.
    std::map<std::pair<std::string, std::optional<std::int32_t>>, Expr> values;

    /// The parameters alone.
    std::vector<Expr> parameters() const;
    /// What gradients are asked for: the trained parameters, then the initial states.
    std::vector<Expr> variables() const;
};

/// A net's text, read and checked. Copies share it.
class NetText {
 public:
    /// Builds the net. Every node carries the line of the text that it comes from. Throws
    /// ParseError for sizes that contradict each other or are missing, for a value that nothing
    /// defines, that two lines define or that depends on itself; GraphError for a size below 1 and
    /// where the text fixes another number of steps.
    TextNet build(Graph& graph, const NetTextSizes& sizes) const;

    /// The text's name.
    const std::string& name() const;
    /// What may be a mistake: lines that nothing reads.
    std::vector<std::string> warnings() const;
    /// The number of steps where the text fixes it, "t = 0..2".
    std::optional<int> steps() const;
    /// The rows that the text says, by name.
    std::map<std::string, int> rows() const;
    /// Whether the text has this name.
    bool has_name(std::string_view name) const;
    /// The lines that define a name, without remarks; none of a leaf, and of what is no name.
    std::vector<std::string> lines_of(std::string_view name) const;

 private:
    friend NetText read_net(std::string_view text, std::string name,
                            std::span<const Op* const> own);
    struct Content;
    explicit NetText(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
    std::shared_ptr<const Content> content_;
};

/// Reads a net (docs/language.md says what may stand there). `name` is what errors call the text,
/// `own` are operators of the user's that it may call by name. Throws ParseError with line, column
/// and a mark below the place.
NetText read_net(std::string_view text, std::string name = "net",
                 std::span<const Op* const> own = {});

}  // namespace revolute
