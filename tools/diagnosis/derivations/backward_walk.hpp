#pragma once

/// @file
/// The uses that a reverse pass over a recurrent net goes back by.

#include <revolute/graph/op.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <span>
#include <vector>

namespace revolute {

/// A use of a value, as operand `slot` of `consumer`: an edge of the graph.
struct Use {
    NodeId consumer{};       ///< the node that reads the value
    std::uint32_t slot = 0;  ///< as which of its operands
};

/// The uses that a reverse pass over a recurrent net goes back by.
class BackwardWalk {
 public:
    /// `net` must outlive the walk, and `variables` be leaves of its graph.
    BackwardWalk(const RecurrentNet& net, std::vector<Expr> variables);

    /// The graph of the net.
    Graph& graph() const { return *loss_.graph; }
    /// The loss of the net.
    Expr loss() const { return loss_; }
    /// What gradients are asked for.
    std::span<const Expr> variables() const { return variables_; }
    /// The uses that pass derivatives on, consumers ascending.
    std::span<const Use> uses() const { return uses_; }
    /// The node that is used.
    NodeId operand(Use use) const { return graph().operand(use.consumer, use.slot); }
    /// Whether the use reads the state of another step.
    bool is_recurrent(Use use) const;
    /// Whether the node is a state that layers above read.
    bool is_output(NodeId node) const { return is_output_[index(node)]; }

 private:
    Expr loss_;
    std::vector<Expr> variables_;
    std::vector<Use> uses_;
    std::vector<bool> is_state_;   // by id, up to the loss: states and the leaves of initial states
    std::vector<bool> is_output_;  // those that layers above read
};

}  // namespace revolute
