#pragma once

#include <revolute/graph/graph.hpp>

#include <span>

namespace revolute {

/// How many operations on numbers computing the node takes, by the role of its operator: 2 n k m for a
/// product of [n x k] and [k x m]; an entry each for what is elementwise, or k - 1 for k > 2 operands; the entries that are
/// summed for row and column sums; none for leaves, transposes, reshapes, broadcasts and stops. For any
/// other operator, the entries of its largest operand.
double operation_count(const Graph& graph, NodeId node);
/// The same for the outputs and all that they depend on.
double operation_count(std::span<const Expr> outputs);

}  // namespace revolute
