#pragma once

/// @file
/// `Stack`, cells on each other as one cell.

#include <revolute/rnn/any_cell.hpp>

#include <vector>

namespace revolute {

/// Cells on each other as one cell: each takes the output of the one below it in the same step.
/// Layers of recurrences compute the same; a Stack also goes where one cell is asked for: into
/// `truncate`, whose cuts are then through all layers, or into an encoder. The state holds the
/// tensors of the top cell, whose output is the output, then those of the one below it, and so on.
class Stack {
 public:
    /// From the bottom to the top. Throws GraphError when there is none.
    explicit Stack(std::vector<AnyCell> cells, SourceLine line = SourceLine::here());

    /// Those of the top cell first.
    std::vector<StateTensor> state_tensors() const;
    /// Those of the bottom cell first.
    std::vector<Expr> parameters() const;
    /// Those of its cells. As one cell it has no arrays of PyTorch's.
    std::vector<CellParameter> parameter_table() const;
    /// The states of all cells at t, the top cell's first.
    State step(Expr x, const State& previous) const;

 private:
    std::vector<AnyCell> cells_;
};

static_assert(TabulatedCell<Stack>);

}  // namespace revolute
