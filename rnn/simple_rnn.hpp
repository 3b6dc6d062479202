#pragma once

/// @file
/// `SimpleRnn`, the simple recurrent cell.

#include <revolute/ops/activation.hpp>
#include <revolute/rnn/cell.hpp>

namespace revolute {

/// The simple (Elman) recurrent cell:  z(t) = W x(t) + U h(t-1) + b,  h(t) = f(z(t)).
/// W [H x I], U [H x H], b [H x 1]; x [I x B], h [H x B].
class SimpleRnn {
 public:
    /// An operator of one operand that keeps the shape.
    using Activation = Expr (*)(Operand);

    /// Makes the parameters W, U and b; `suffix` tells their names from those of other cells.
    SimpleRnn(Graph& graph, int input, int hidden, Activation f = tanh,
              std::string_view suffix = {}, SourceLine line = SourceLine::here());

    /// The one state h, with as many rows as there are hidden units.
    std::vector<StateTensor> state_tensors() const { return {{h_, U.shape().rows}}; }
    /// W, U and b.
    std::vector<Expr> parameters() const { return {W, U, b}; }
    /// What each of `parameters()` is, with its array of PyTorch's.
    std::vector<CellParameter> parameter_table() const;
    /// h(t) of x(t) and h(t-1), by the equations of the cell.
    State step(Expr x, const State& previous) const;

    Expr W, U, b;  ///< W [H x I], U [H x H], b [H x 1]

 private:
    Activation f_;
    std::string z_, h_;  // what values are called
};

static_assert(TabulatedCell<SimpleRnn>);

}  // namespace revolute
