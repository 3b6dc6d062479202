#pragma once

/// @file
/// Sequences of different lengths in one batch of B columns, N steps for the longest. Two forms
/// with equal values and gradients:
///
/// Without padding, the lengths are part of the graph. The longest sequence is column 0, and the
/// batch shrinks: x(t) has a column for each sequence that is still running. `unroll`, layers of
/// either direction and `read_out` take such inputs as they are.
///
/// With a mask, the lengths are values. x(t) has B columns, and what stands in the columns of
/// sequences that have ended is padding: it may be anything, even NaN.

#include <revolute/rnn/any_cell.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/unroll.hpp>

#include <span>
#include <vector>

namespace revolute {

/// The inputs name(0), name(1), ... of sequences without padding, [rows x columns still running]
/// each. Throws GraphError unless there is a length, none is below 1 and none is above the one
/// before it.
std::vector<Expr> shrinking_input_sequence(Graph& graph, std::string_view name, int rows,
                                           std::span<const int> lengths, int axis = 0,
                                           SourceLine line = SourceLine::here());

/// The outputs of a batch that shrinks, each sequence's at its own last step: [H x B]. Throws
/// GraphError when there is no output or the batch grows.
Expr last_outputs(std::span<const Expr> outputs, SourceLine line = SourceLine::here());

/// Column b of the outputs at the step steps[b], for every b: [H x B]. Steps that no column asks
/// for have no path to the result. Throws GraphError unless there is one step for each column, and
/// it is there.
Expr outputs_at(std::span<const Expr> outputs, std::span<const int> steps,
                SourceLine line = SourceLine::here());

/// Which columns of a padded batch are running at each step.
struct Lengths {
    Expr lengths;               ///< input [1 x B]: whole numbers from 0 to N
    std::vector<Expr> running;  ///< by step, [1 x B]: 1 where t is below the length, else 0
};

/// An input of lengths, and what follows from it. At evaluation, a length that is not a whole
/// number from 0 to N throws EvaluationError. Throws GraphError for fewer than one step.
Lengths input_lengths(Graph& graph, int batch, int steps, int axis = 0,
                      SourceLine line = SourceLine::here());

/// Unrolls the cell over a padded batch: a column that is running is given the cell's new state,
/// any other one keeps its state. So the last state of a recurrence that runs forward is each
/// sequence's at its own last step, and one that runs backward begins at each sequence's own last
/// step. In the place of padding the cell sees what the column's first step sees, so that it is run
/// nowhere that it is not run anyway; where no sequence has a step, zeros. Throws GraphError unless
/// there is one input for each step of the lengths, ShapeError unless there is a length for each
/// column, and as `unroll` does.
Unrolled unroll_masked(const AnyCell& cell, std::span<const Expr> inputs, const Lengths& lengths,
                       Initial initial, TimeAxis time = {}, SourceLine line = SourceLine::here());

/// Reads the outputs of every step of a padded batch through one dense layer, as `read_out` does,
/// and leaves the padding out of the loss: L = 1/B sum over sequences of the losses of their own
/// steps. Targets of padded steps may be anything. Throws GraphError unless there is one output for
/// each step.
ReadOut read_out_masked(std::span<const Expr> outputs, const Lengths& lengths, int rows,
                        LossKind kind = LossKind::mse, SourceLine line = SourceLine::here());

}  // namespace revolute
