#pragma once

/// @file
/// Layers of recurrences: each takes a sequence and gives one, so that they can be put on each
/// other.

#include <revolute/rnn/any_cell.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/unroll.hpp>

#include <vector>

namespace revolute {

/// One recurrence over a sequence; or two, the second backward in time.
struct Layer {
    std::vector<AnyCell> cells;        ///< one for each direction
    std::vector<Unrolled> directions;  ///< forward, and backward in a bidirectional layer
    std::vector<Expr> outputs;         ///< by step: h(t), or [forward h(t); backward h(t)]

    /// Those of the cells, direction by direction.
    std::vector<Expr> parameters() const;
    /// What the cells say of them, in their order.
    std::vector<CellParameter> parameter_table() const;
    /// The leaves of the initial states, direction by direction.
    std::vector<Expr> initial_leaves() const;
};

/// A recurrence of one cell, forward in time, over the inputs.
Layer unidirectional(AnyCell cell, std::span<const Expr> inputs,
                     InitialState initial = InitialState::zero, int axis = 0,
                     SourceLine line = SourceLine::here());

/// Two recurrences over the same inputs (Schuster and Paliwal 1997), the second from the last input
/// to the first. The output of a step is the two outputs of that step, one below the other.
Layer bidirectional(AnyCell forward, AnyCell backward, std::span<const Expr> inputs,
                    InitialState initial = InitialState::zero, int axis = 0,
                    SourceLine line = SourceLine::here());

///@{
/// The same over a padded batch (see `unroll_masked`): a column that has ended keeps its state, and
/// the direction that runs backward starts at its own last step.
Layer unidirectional(AnyCell cell, std::span<const Expr> inputs, const Lengths& lengths,
                     InitialState initial = InitialState::zero, int axis = 0,
                     SourceLine line = SourceLine::here());
Layer bidirectional(AnyCell forward, AnyCell backward, std::span<const Expr> inputs,
                    const Lengths& lengths, InitialState initial = InitialState::zero, int axis = 0,
                    SourceLine line = SourceLine::here());
///@}

/// outputs(t) + inputs(t): a layer that learns what to add to its input (He et al. 2016). Throws
/// ShapeError unless they have one shape, GraphError unless there is one output for each input.
std::vector<Expr> residual(std::span<const Expr> inputs, std::span<const Expr> outputs,
                           SourceLine line = SourceLine::here());

}  // namespace revolute
