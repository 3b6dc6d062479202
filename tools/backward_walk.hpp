#pragma once

#include <revolute/graph/op.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <functional>
#include <optional>
#include <span>
#include <vector>

// Reverse passes over a recurrent net in which rules may be replaced: the backward graphs of derivations that went
// wrong.

namespace revolute {

/// A use of a value, as operand `slot` of `consumer`: an edge of the graph.
struct Use {
    NodeId consumer{};
    std::uint32_t slot = 0;
};

/// What a derivation, right or wrong, says that a use adds to the adjoint of what is used; nothing where it
/// leaves the term out.
using TermRule = std::function<std::optional<Expr>(const Pullback&)>;

/// The rule of the operator's record.
std::optional<Expr> right_rule(const Pullback& p);

/// A derivation by hand writes two things down at each step: the adjoint of the state before, and the gradients
/// of the step's parameters (and inputs). A mistake may be in one of them alone.
struct Derivation {
    TermRule recurrence = right_rule;  ///< on the way to the state of the step before
    TermRule step = right_rule;        ///< on the way to what else the step reads
};

/// Reverse passes over one net.
class BackwardWalk {
 public:
    /// `net` must outlive the walk, and `variables` be leaves of its graph.
    BackwardWalk(const RecurrentNet& net, std::vector<Expr> variables);

    /// Appends the backward graph that the derivation makes and returns what it takes for the gradients, in
    /// the order of the variables: zeros where nothing reaches them. With the right rules throughout, these are
    /// the nodes that `differentiate` makes.
    std::vector<Expr> gradients(const Derivation& derivation) const;
    /// The same for one rule in both.
    std::vector<Expr> gradients(const TermRule& rule) const;

    Graph& graph() const { return *loss_.graph; }
    /// The uses that pass derivatives on, consumers ascending.
    std::span<const Use> uses() const { return uses_; }
    /// Whether the use reads the state of another step.
    bool is_recurrent(Use use) const;

 private:
    class Pass;

    Expr loss_;
    std::vector<Expr> variables_;
    std::vector<Use> uses_;
    std::vector<bool> is_state_;   // by id, up to the loss: states and the leaves of initial states
    std::vector<bool> is_output_;  // those that layers above read
};

}  // namespace revolute
