#pragma once

/// @file
/// Where in a figure nodes belong.

#include <revolute/graph/notation/labels.hpp>
#include <revolute/tools/figures/folding/step_axes.hpp>

#include <optional>
#include <span>
#include <vector>

namespace revolute {

/// Where in a figure a node belongs: to a step, or to the zone before the steps of a time axis or
/// behind the last. Ordered from left to right.
struct Home {
    std::int32_t place = 0;  ///< 2k: the zone before the k-th time axis; 2k + 1: its steps
    Step step;               ///< of a step's home

    /// Whether it is a step; else it is a zone.
    bool is_step() const { return place % 2 != 0; }
    friend constexpr bool operator==(Home, Home) = default;
};

/// The home of every node of a walk.
///
/// A node whose label has one of an axis' steps belongs to it; one whose step is less than the
/// first stands before them, and one whose step is more than the last, as the state that a
/// recurrence backward in time starts from, behind them. Of the others, what depends on steps
/// stands behind them (the head, the loss), what depends on none before (parameters), except that
/// - a parameter stands in the zone of its users where they share one;
/// - another leaf, and a computed value of several operands, stands where all of its users stand,
///   but a constant of an axis' first step alone before the steps, as an initial state does;
/// - a computed value of one operand (U') stands beside its operand;
/// - an adjoint stands beside its value, a term of an adjoint beside the node that it comes from.
class Homes {
 public:
    /// `axes` has all that labels of the walk have.
    Homes(const Graph& graph, const Labels& labels, std::span<const StepAxis> axes,
          std::span<const Derivative* const> derivatives, std::span<const NodeId> walk);

    /// The home of a node of the walk.
    Home operator[](NodeId node) const { return *homes_[index(node)]; }
    /// The home of a value that may be none of the walk: then that of its step, or before all
    /// steps.
    Home of_value(NodeId node) const;
    /// Whether the node depends on no step: its uses are a fan-out.
    bool is_timeless(NodeId node) const { return last_zone_[index(node)] == 0; }
    /// Whether it is a constant of the first step alone (h(-1) = 0), or made of one.
    bool is_before_first(NodeId node) const { return is_before_first_[index(node)]; }

 private:
    void find_terms(std::span<const Derivative* const> derivatives);
    std::optional<Home> home_by_step(NodeId node) const;
    void resolve_dependent();
    void resolve_timeless();
    void resolve_followers();
    void stand_beside(NodeId node, NodeId operand);
    std::optional<Home> dependent_home(NodeId node) const;
    bool follows_operand(NodeId node) const;

    const Graph& graph_;
    const Labels& labels_;
    std::span<const StepAxis> axes_;  // ascending
    std::span<const NodeId> walk_;
    std::vector<std::int32_t> last_zone_;        // by id: zone behind the last axis it depends on
    std::vector<std::optional<NodeId>> beside_;  // by id: the node it stands beside
    std::vector<std::optional<Home>> homes_;     // by id
    std::vector<bool> is_before_first_;          // by id
};

}  // namespace revolute
