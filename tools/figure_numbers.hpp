#pragma once

#include <revolute/graph/notation.hpp>
#include <revolute/graph/rolled.hpp>
#include <revolute/tools/figure.hpp>
#include <revolute/tools/step_names.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace revolute {

/// How an attribute is written. One that depends on the step is a mention of it.
struct FigureNumber {
    Formula formula;
    std::optional<StepMention> mention{};
};

/// How a figure that does not draw all steps writes the attributes of nodes that depend on the step or on the
/// number of steps: "t", "T-t", "1 / N".
class FigureNumbers {
 public:
    /// Every attribute is its number.
    FigureNumbers() = default;
    /// Of the graph that was rolled; where all steps are drawn, every attribute is its number. Throws GraphError for laws of another graph, and for a factor that may
    /// come from the number of steps, where no laws are given and the figure stands for other numbers.
    FigureNumbers(const Rolled& rolled, const StepNames& steps, const FigureOptions& options);

    /// The attributes of a node as they are written: all, or none where they are their numbers.
    std::span<const FigureNumber> attributes(NodeId node) const;
    /// Whether a number that is no size depends on the number of steps.
    bool has_factor(NodeId node) const { return factors_.contains(node); }

 private:
    std::map<NodeId, std::vector<FigureNumber>> written_;
    std::set<NodeId> factors_;
};

}  // namespace revolute
