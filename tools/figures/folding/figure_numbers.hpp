#pragma once

/// @file
/// Numbers that depend on the step or on how many there are, as figures write them.

#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/rolling/rolled.hpp>
#include <revolute/tools/equations/equation_term.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/step_names.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// How an attribute is written. One that depends on the step is a mention of it.
struct FigureNumber {
    Formula formula;                       ///< as it is written, but for the mention
    std::optional<StepMention> mention{};  ///< of the step that it depends on
};

/// The number of steps that a figure stands for, which its graph may not have, or any number of
/// them.
class FigureLength {
 public:
    /// `axis` counts the steps of the graph that was rolled.
    FigureLength(AxisSteps axis, const StepNames& steps, std::optional<std::int32_t> step_count);

    /// How many steps the figure stands for and the graph does not have.
    std::int32_t added() const { return added_; }
    /// A number that depends on the step or on the number of steps; it is `value` at step 0 of the
    /// graph.
    Formula number(double value, EquationGrowth growth) const;

 private:
    bool is_general_;  // for any number of steps
    std::int32_t axis_;
    std::int32_t added_;
    std::int32_t length_;  // of the axis that the figure stands for, counted from 0 as laws do
    EquationStyle style_;
};

/// How a figure that does not draw all steps writes the attributes of nodes that depend on the step
/// or on the number of steps: "t", "T-t", "1 / N".
class FigureNumbers {
 public:
    /// Every attribute is its number.
    FigureNumbers() = default;
    /// Of the graph that was rolled; where all steps are drawn, every attribute is its number.
    /// Throws GraphError for laws of another graph, and for a factor that may come from the number
    /// of steps, where no laws are given and the figure stands for other numbers.
    FigureNumbers(const Rolled& rolled, const StepNames& steps, const FigureOptions& options);

    /// The attributes of a node as they are written: all, or none where they are their numbers.
    std::span<const FigureNumber> attributes(NodeId node) const;
    /// Whether a number that is no size depends on the number of steps.
    bool has_factor(NodeId node) const { return factors_.contains(node); }
    /// The laws that are known, by part of what was rolled.
    const AxisLaws& laws() const { return laws_; }

 private:
    AxisLaws laws_;
    std::map<NodeId, std::vector<FigureNumber>> written_;
    std::set<NodeId> factors_;
};

/// A number in which two members of different families differ that are alike otherwise, in words:
/// "0.25 at t = 3 and 0.2 at t = 4". So are those of 0.9^t, which do not grow evenly.
std::optional<std::string> numbers_apart(const Rolled& rolled, Member a, Member b);

}  // namespace revolute
