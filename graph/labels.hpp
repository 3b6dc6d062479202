#pragma once

#include <revolute/graph/differentiate.hpp>

#include <string>
#include <vector>

namespace revolute {

/// What listings and figures call nodes: a node's own name ("h[2]"), else, for an adjoint, "d" and
/// the name of the value it is the adjoint of ("dh[2]").
class Labels {
 public:
    explicit Labels(const Graph& graph) : graph_(&graph) {}
    explicit Labels(const Derivative& derivative) : Labels(*derivative.loss().graph) {
        add(derivative);
    }

    /// Also names the adjoints of this derivative. `derivative` must outlive the labels.
    void add(const Derivative& derivative) { derivatives_.push_back(&derivative); }

    /// Name without step; empty when the node has none.
    std::string name(NodeId node) const { return name(node, derivatives_.size()); }
    /// The step that goes with the name: that of the value whose adjoint the node is (U' dz(t+1),
    /// made at step t+1, is dh(t)), else the node's own.
    std::optional<Step> step(NodeId node) const { return step(node, derivatives_.size()); }
    /// The leaves, other than the value it is named after, whose adjoint the node is too: dy is also
    /// dc, because an addition hands its adjoint on.
    std::vector<Expr> other_leaves(NodeId node) const;
    /// Name with step, empty when there is no name.
    std::string operator()(NodeId node) const;

 private:
    // Each looks at the first `count` derivatives only: a value that is itself an adjoint is named
    // by the derivatives before, so names of higher derivatives come to an end.
    std::optional<Expr> primal(NodeId node, std::size_t& count) const;
    std::string name(NodeId node, std::size_t count) const;
    std::optional<Step> step(NodeId node, std::size_t count) const;

    const Graph* graph_;
    std::vector<const Derivative*> derivatives_;
};

}  // namespace revolute
