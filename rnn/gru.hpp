#pragma once

/// @file
/// `Gru`, the gated recurrent unit with either reset.

#include <revolute/rnn/cell.hpp>
#include <revolute/rnn/gate.hpp>

#include <optional>

namespace revolute {

/// Where the reset gate of a Gru acts: on h(t-1) before the product with U_n (Cho et al. 2014), or
/// on the product (PyTorch, cuDNN).
enum class Reset : std::uint8_t {
    before_product,  ///< on h(t-1)
    after_product,   ///< on U_n h(t-1) + b_hn
};

/// The gated recurrent unit (Cho et al. 2014), in the order of PyTorch, r z n:
///
///     r = sigmoid(W_r x(t) + U_r h(t-1) + b_r)    z = sigmoid(W_z x(t) + U_z h(t-1) + b_z)
///     n = tanh(W_n x(t) + U_n (r o h(t-1)) + b_n)               reset before the product
///     n = tanh(W_n x(t) + b_n + r o (U_n h(t-1) + b_hn))        reset after the product
///     h(t) = (1 - z) o n + z o h(t-1)
///
/// so that z = 1 keeps the state; Chung et al. (2014), and many books, swap z and 1 - z. W [H x I],
/// U [H x H], b [H x 1]; x [I x B], h [H x B]. What r is the sigmoid of is called a_r in figures
/// and listings, and so on for z and n.
class Gru {
 public:
    /// Makes the parameters of `hidden` units that read `input` numbers; `suffix` tells their names
    /// from those of other cells.
    Gru(Graph& graph, int input, int hidden, Reset reset = Reset::after_product,
        std::string_view suffix = {}, SourceLine line = SourceLine::here());

    /// The one state h, with as many rows as there are hidden units.
    std::vector<StateTensor> state_tensors() const;
    /// W, U, b of r, z, n; then b_hn where there is one.
    std::vector<Expr> parameters() const { return expressions_of(parameter_table()); }
    /// What each of `parameters()` is, with its array of PyTorch's.
    std::vector<CellParameter> parameter_table() const;
    /// h(t) of x(t) and h(t-1), by the equations of the cell.
    State step(Expr x, const State& previous) const;

    Gate r, z, n;              ///< gates: r reset, z update, n new state
    std::optional<Expr> b_hn;  ///< the second bias of the reset after the product

 private:
    Expr candidate(Expr x, Expr h, Expr rt) const;
    std::string name(std::string_view letter) const { return with_suffix(letter, suffix_); }

    std::string suffix_;
};

static_assert(TabulatedCell<Gru>);

}  // namespace revolute
