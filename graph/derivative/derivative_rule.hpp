#pragma once

/// @file
/// What the reverse and the forward pass share: asking an operator's record for a term, and knowing
/// where derivatives flow.

#include <revolute/graph/graph.hpp>

#include <optional>
#include <span>
#include <vector>

namespace revolute {

/// The term that p.output adds to the adjoint of its operand p.slot, by the operator's pullback
/// rule. Throws DerivativeError when the operator has none, InternalError when the rule makes no
/// expression of the graph or one of another shape than the operand's.
Expr pull_back(const Pullback& p);

/// The term that operand p.slot adds to the tangent of p.output, by the operator's pushforward
/// rule, or the pullback rule where the operator is elementwise. Throws like pull_back; the shape
/// is that of p.output.
Expr push_forward(const Pushforward& p);

/// Whether derivatives pass between a node and its operand: not where the record says that the
/// operand contributes nothing.
bool carries_derivative(const Graph& graph, NodeId node, std::uint32_t slot);

/// The step to which the term belongs that passes between a node and its operand: that of the
/// operand where one node without step reads many steps, as a stack of all states does; none: that
/// of the node.
std::optional<Step> step_of_term(const Graph& graph, NodeId node, NodeId operand);

/// For each id: whether the node is one of the variables, or, below `end`, has a derivative with
/// respect to one, through operands that carry it.
std::vector<bool> differentiable_nodes(const Graph& graph, std::span<const Expr> variables,
                                       std::uint32_t end);

}  // namespace revolute
