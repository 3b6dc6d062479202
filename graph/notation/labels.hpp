#pragma once

/// @file
/// `Labels`, what listings, figures and equations call nodes.

#include <revolute/graph/derivative/differentiate.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace revolute {

/// What listings, figures and equations call nodes: a node's own name ("h[2]"), else, for an
/// adjoint, "d" and the name of the value it is the adjoint of ("dh[2]"). Equal nodes are one node,
/// so what the loss is computed from can be the adjoint of something, too: 1 - z is dx where L = x
/// (1 - z). It is named as the forward value that it is, as is a constant, which is the same number
/// everywhere.
class Labels {
 public:
    /// The value that a node is named after.
    struct Origin {
        NodeId value;            ///< the value, of which the node is an adjoint or which it is
        std::int32_t order = 0;  ///< 0: the node itself; 1: its adjoint; 2: the adjoint of that
    };

    /// Names by the graph alone: no adjoints.
    explicit Labels(const Graph& graph) : graph_(&graph) {}
    /// Also names the derivative's adjoints. `derivative` must outlive the labels.
    explicit Labels(const Derivative& derivative) : Labels(*derivative.loss().graph) {
        add(derivative);
    }

    /// Also names the adjoints of this derivative. `derivative` must outlive the labels.
    void add(const Derivative& derivative);

    /// The value that the node is named after; itself where it has a name, or is no adjoint.
    Origin origin(NodeId node) const { return origin(node, derivatives_.size()); }
    /// Name without step; empty when the node has none.
    std::string name(NodeId node) const { return name(node, derivatives_.size()); }
    /// The step that goes with the name: that of the value whose adjoint the node is (U' dz(t+1),
    /// made at step t+1, is dh(t)), else the node's own.
    std::optional<Step> step(NodeId node) const { return graph_->step(origin(node).value); }
    /// The leaves and the values with names, other than the value it is named after, whose adjoint
    /// the node is too: dy is also dc, because an addition hands its adjoint on.
    std::vector<Expr> other_values(NodeId node) const;
    /// Name with step, empty when there is no name.
    std::string operator()(NodeId node) const;

 private:
    // Each looks at the first `count` derivatives only: a value that is itself an adjoint is named
    // by the derivatives before, so names of higher derivatives come to an end.
    std::optional<Expr> primal(NodeId node, std::size_t& count) const;
    Origin origin(NodeId node, std::size_t count) const;
    std::string name(NodeId node, std::size_t count) const;

    const Graph* graph_;
    std::vector<const Derivative*> derivatives_;
    std::vector<std::vector<bool>> is_forward_;  // by derivative and id: what its loss depends on
};

}  // namespace revolute
