#pragma once

/// @file
/// The operators that the graph knows itself: its leaves, and the sum that differentiation makes.

#include <revolute/graph/op.hpp>

#include <span>

namespace revolute {

/// The record of `Graph::input`: a value given at evaluation.
extern const Op input_op;
/// The record of `Graph::parameter`: a trainable value.
extern const Op parameter_op;
/// The record of `Graph::initial_state`: what a recurrence starts from.
extern const Op initial_state_op;
/// attributes: value, rows, columns.
extern const Op constant_op;
/// The visible sum over the uses of a shared value, two operands or more of one shape. Operands are
/// added from first to last, so the order is part of the result's bits.
extern const Op accumulate_op;

/// Whether values for the node are given at evaluation: input, parameter or initial state.
bool is_given(const Op& op);

Expr accumulate(std::span<const Expr> terms,
                SourceLine line = SourceLine::here());  ///< of one term: that term

}  // namespace revolute
