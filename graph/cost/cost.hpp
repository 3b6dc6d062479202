#pragma once

/// @file
/// What a rolled graph takes to compute: operations and kept values, forward and backward.

#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>

namespace revolute {

/// What one pass takes.
struct PassCost {
    std::int64_t operations = 0;    ///< floating-point operations, as `operation_count` says
    std::int64_t kept_entries = 0;  ///< entries of the values that must be kept

    friend constexpr bool operator==(const PassCost&, const PassCost&) = default;
};

/// What a graph takes, forward and backward apart. The forward pass is what the loss needs, the
/// backward pass is the rest.
///
/// A view is a transpose, reshape, broadcast or stop_gradient: it is its operand, looked at
/// otherwise, and who reads it reads the operand. Kept are, apart from views and leaves,
/// - of the forward pass: the values that a node of the backward pass reads;
/// - of the backward pass: the values that a recurrence computes and a node outside of this
///   recurrence reads, as the products of dW after the loop read dz(t).
///
/// Everything else can be used up in the loop, or along with the sum, that it is computed for. Each
/// value counts once, however many read it. Leaves (data, parameters, initial states, constants)
/// are there in any case, and the outputs, gradients, count only when something reads them.
struct Cost {
    PassCost forward;   ///< the pass that the loss needs
    PassCost backward;  ///< the rest

    friend constexpr bool operator==(const Cost&, const Cost&) = default;
};

/// Counts what a graph takes of which the loss is the first output. The time it takes does not
/// depend on the number of steps, as long as the loss reads its recurrences to their ends. A graph
/// that could not be folded has no recurrences. Throws GraphError when there is no output;
/// CapacityError when a number does not fit into 64 bits.
Cost cost(const Rolled& rolled);

}  // namespace revolute
