#pragma once

/// @file
/// The reverse pass: `differentiate`, and what its `Derivative` answers.

#include <revolute/graph/graph.hpp>

#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace revolute {

/// One contribution to an adjoint: what one use of the value, as operand `slot` of `consumer`,
/// adds.
struct Term {
    Expr value;              ///< the contribution, of the adjoint's shape
    Expr consumer;           ///< the node that uses the value
    std::uint32_t slot = 0;  ///< as which of its operands
};

/// What to do with a variable that the loss does not depend on.
/// What to do with a variable that the loss does not depend on: throw DerivativeError, or take a
/// gradient of zeros.
enum class Unreachable : std::uint8_t {
    error,  ///< DerivativeError is thrown
    zeros,  ///< its gradient is a constant of zeros
};

/// The backward graph of a loss: for every node on a path from the variables to the loss, its
/// adjoint dL/dnode, a node of the same graph.
class Derivative {
 public:
    /// What was differentiated.
    Expr loss() const { return loss_; }
    /// What it was differentiated by.
    std::span<const Expr> variables() const& { return variables_; }
    /// The gradients, in the order of the variables.
    std::span<const Expr> gradients() const& { return gradients_; }
    ///@{
    /// Of a derivative that goes, such as `differentiate(...)` at the head of a loop: no span.
    std::vector<Expr> variables() && { return std::move(variables_); }
    std::vector<Expr> gradients() && { return std::move(gradients_); }
    ///@}

    /// Gradient with respect to one of the variables. Throws DerivativeError for another
    /// expression.
    Expr operator[](Expr variable) const;
    /// Adjoint of a node on a path from a variable to the loss. Throws DerivativeError for a node
    /// that has none.
    Expr adjoint(Expr node) const;
    /// Whether `adjoint` has an answer for the node.
    bool has_adjoint(Expr node) const { return find(node).has_value(); }
    /// Every node that `adjoint` is the adjoint of, ascending: an add passes its adjoint on, so
    /// they can be several.
    std::vector<Expr> adjoint_of(Expr adjoint) const;
    /// The contributions to a node's adjoint, in the order in which they are summed: from the last
    /// use to the first. Empty for the loss and for nodes without an adjoint.
    std::vector<Term> terms(Expr node) const;

    /// The loss, then the gradients: what one mostly computes of it.
    std::vector<Expr> loss_and_gradients() const;
    /// The loss, the gradients and the variables: what a map to another graph must keep for
    /// `carried_over`.
    std::vector<Expr> outputs() const;
    /// The same derivative in a graph that this one's was mapped to: `images` says what became of
    /// each id, as `extract` and `simplify` do. An adjoint is the value that it was here, so values
    /// that became one have one only where their adjoints became one too, or hand theirs on to it,
    /// as a + 0 does to a. What is gone is left out; the loss's is appended, if need be. Throws
    /// DerivativeError unless loss, gradients and variables have images.
    Derivative carried_over(std::span<const std::optional<NodeId>> images,
                            Graph& destination) const;

 private:
    friend class ReversePass;
    Derivative() = default;
    std::optional<NodeId> find(Expr node) const;
    void add_term(NodeId value, NodeId consumer, std::uint32_t slot, NodeId operand);
    void index_adjoints();
    void carry_adjoints(const Derivative& from, std::span<const std::optional<NodeId>> images);
    void carry_terms(const Derivative& from, std::span<const std::optional<NodeId>> images);

    struct Link {
        NodeId value;
        NodeId consumer;
        std::uint32_t slot;
        std::uint32_t next;  // index into links_
    };
    struct List {
        std::uint32_t first;
        std::uint32_t last;
    };
    static constexpr std::uint32_t nothing = 0xFFFFFFFF;

    Expr loss_;
    std::vector<Expr> variables_;
    std::vector<Expr> gradients_;
    std::vector<Link> links_;
    std::vector<List> terms_;                            // by id; ids beyond have none
    std::vector<NodeId> adjoints_;                       // by id, as terms_; NodeId{nothing}: none
    std::vector<std::pair<NodeId, NodeId>> adjoint_of_;  // adjoint, node; sorted
};

/// Appends the backward graph of `loss` (1 x 1) to its graph by reverse accumulation (Linnainmaa
/// 1970; Griewank and Walther 2008, section 3.2): users before operands, every node's rule once per
/// active operand. The terms of a value with several uses are summed by one visible `accumulate`.
/// Running it on a gradient gives second derivatives.
///
/// Throws ShapeError unless the loss is 1 x 1; DerivativeError when an operator on the way has no
/// rule, and, unless `unreachable` is `zeros`, for a variable that no gradient reaches.
Derivative differentiate(Expr loss, std::span<const Expr> variables,
                         Unreachable unreachable = Unreachable::error);
/// The same for variables in braces.
Derivative differentiate(Expr loss, std::initializer_list<Expr> variables,
                         Unreachable unreachable = Unreachable::error);

/// The same by one variable.
Derivative differentiate(Expr loss, Expr variable, Unreachable unreachable = Unreachable::error);

}  // namespace revolute
