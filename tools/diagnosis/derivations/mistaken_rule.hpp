#pragma once

/// @file
/// Ways to get a local derivative wrong.

#include <revolute/tools/diagnosis/derivations/use_family.hpp>

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace revolute {

/// Finds what stands in the same place at another step, and the gates of a cell.
class Neighbours {
 public:
    /// `net` must outlive what is made of it.
    Neighbours(const RecurrentNet& net, std::span<const UseFamily> families);

    /// The graph of the net.
    Graph& graph() const { return graph_; }

    /// The consumer `distance` steps later in the family of the use, if there is one.
    std::optional<Expr> consumer(const RuleSite& site, std::size_t family, int distance) const;
    /// The node of that name `distance` steps later.
    std::optional<Expr> named(Expr node, int distance) const;
    /// What W x, or W x + b, is multiplied with entry by entry, if that is of the same step and
    /// nothing else reads it.
    std::optional<Expr> factor(Expr product) const;
    /// What the product that is added to W x, or to W x + b, is multiplied with: r beside
    /// r o (U h + b).
    std::optional<Expr> factor_beside(Expr product) const;
    /// One of the activations with a name, counted as they were made, of the same cell and step.
    std::optional<Expr> gate(const RuleSite& site, std::size_t number) const;

 private:
    /// The number of the cell, at a step, that the node belongs to; the head comes behind them.
    std::size_t cell(NodeId node) const;
    void note_factors(NodeId last);
    void note_beside(NodeId sum);

    template <class Key>
    using ByStep = std::map<std::tuple<Key, int, int>, NodeId>;  // axis and t

    Graph& graph_;
    ByStep<std::size_t> consumers_;
    ByStep<std::string> named_;
    std::map<NodeId, NodeId> factors_;  // by the product of matrices
    std::map<NodeId, NodeId> beside_;   // likewise
    std::vector<NodeId> cells_;         // the last state of each cell and step, ascending
    std::vector<std::vector<NodeId>> gates_;
};

/// Where a mistaken rule is asked for a term.
struct MistakeSite {
    Pullback use;                  ///< what the right rule is asked for
    std::size_t family;            ///< the number of the use's family
    const Neighbours& neighbours;  ///< of the net
};

/// One way to get a local derivative wrong.
struct MistakenRule {
    bool (*applies)(const RuleSite& site);  ///< whether it can be made at that place
    /// What is added instead; nothing where the term is left out. None: the right term times
    /// `factor`.
    std::optional<Expr> (*term)(const MistakeSite& site) = nullptr;
    double factor = 1;  ///< of the right term, where `term` is none
    /// The mistake in words, for the first of the families in which it is made.
    std::string (*words)(const UseFamily& family, const Neighbours& near);
    /// Whether one makes it in all families that it applies to at once, not only in those of a
    /// kind.
    bool is_shared = false;
    /// Whether one may make it in the recurrence alone, or in the step's gradients alone.
    bool has_reach = false;
    /// Whether one may make it in a whole adjoint, in all terms that are added up to it.
    bool is_of_adjoints = false;
};

/// All that are known, the more likely ones first: of activations, of products of matrices and
/// entry by entry, of any operator.
std::array<std::span<const MistakenRule>, 4> mistaken_rules();

}  // namespace revolute
