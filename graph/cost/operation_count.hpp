#pragma once

/// @file
/// Floating-point operations of nodes.

#include <revolute/graph/graph.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

namespace revolute {

/// What the number of operations depends on, of a node's operands: their number, the first, the
/// largest.
struct OperandShapes {
    std::int64_t count = 0;    ///< how many operands there are
    Shape first;               ///< of the first
    std::int64_t largest = 0;  ///< entries

    /// Takes in the next operands, that many of one shape.
    void add(Shape shape, std::int64_t times = 1) {
        if (count == 0) first = shape;
        count += times;
        largest = std::max(largest, static_cast<std::int64_t>(shape.size()));
    }
};

/// How many floating-point operations computing a node takes, by the role of its operator:
/// - product of [n x k] and [k x m]: 2 n k m;
/// - elementwise: one for each entry, whatever the function, and k - 1 for k > 2 operands;
/// - row and column sums: one for each entry that is summed;
/// - transpose, reshape, broadcast, stop_gradient: none;
/// - any other: what `Op::operations_by_size` says for each entry of its first operand, or
///   `Op::operations_per_entry` for each of its largest.
///
/// Leaves take none. Throws CapacityError when the number does not fit into 64 bits.
std::int64_t operation_count(const Op& op, Shape output, const OperandShapes& operands);
/// The same for a node of a graph.
std::int64_t operation_count(const Graph& graph, NodeId node);
/// The same for the outputs and all that they depend on.
std::int64_t operation_count(std::span<const Expr> outputs);

}  // namespace revolute
