#pragma once

/// @file
/// `GraphWithUses`, a graph that also knows who uses a node.

#include <revolute/graph/graph.hpp>

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace revolute {

/// The use of an operand: operand number `slot` of the node `user`.
struct Edge {
    NodeId user{};           ///< who uses the operand
    std::uint32_t slot = 0;  ///< as which of its operands

    friend constexpr auto operator<=>(Edge, Edge) = default;
};

/// A graph seen with its users, indexed when the view is made: nodes appended later are not seen.
/// The graph must outlive the view.
class GraphWithUses {
 public:
    /// Indexes the uses of all nodes that are there.
    explicit GraphWithUses(const Graph& graph);

    /// The graph that is seen.
    const Graph& graph() const { return *graph_; }
    /// Number of nodes seen.
    std::uint32_t size() const { return static_cast<std::uint32_t>(first_use_.size() - 1); }
    /// The uses of a node, in the order of the users' ids.
    std::span<const Edge> uses(NodeId operand) const;
    /// The uses of all nodes, node by node in the order of their ids.
    std::span<const Edge> all_uses() const { return uses_; }

 private:
    const Graph* graph_;
    std::vector<std::size_t> first_use_;  // by operand; one entry more, the end
    std::vector<Edge> uses_;              // sorted by operand
};

}  // namespace revolute
