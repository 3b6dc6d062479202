#pragma once

/// @file
/// `Lstm`, the long short-term memory cell.

#include <revolute/rnn/cell.hpp>
#include <revolute/rnn/gate.hpp>

namespace revolute {

/// What an Lstm may have beyond the usual.
struct LstmOptions {
    bool peepholes =
        false;  ///< gates that see the cell state (Gers, Schraudolph, Schmidhuber 2002)
    double forget_bias =
        0.0;  ///< a constant added to what f is the sigmoid of; 1 keeps the memory open
    std::string_view suffix{};  ///< tells the names of its parameters from those of other cells
};

/// The long short-term memory cell (Hochreiter and Schmidhuber 1997; with the forget gate of Gers
/// et al. 2000), in the order of PyTorch, i f g o:
///
///     i = sigmoid(W_i x(t) + U_i h(t-1) + b_i)    f, o likewise
///     g = tanh(W_g x(t) + U_g h(t-1) + b_g)
///     c(t) = f o c(t-1) + i o g                   h(t) = o o tanh(c(t))
///
/// W [H x I], U [H x H], b [H x 1], one bias a gate; x [I x B], state h, c [H x B]. With peepholes,
/// i and f also see p_i o c(t-1) and p_f o c(t-1), and o sees p_o o c(t), p [H x 1]. What i is the
/// sigmoid of is called a_i in figures and listings, and so on for the other gates.
class Lstm {
 public:
    /// Makes the parameters of `hidden` units that read `input` numbers.
    Lstm(Graph& graph, int input, int hidden, const LstmOptions& options = {},
         SourceLine line = SourceLine::here());

    /// The states h, which is the output, and c, both with as many rows as there are hidden units.
    std::vector<StateTensor> state_tensors() const;
    /// W, U, b of i, f, g, o; then the peepholes.
    std::vector<Expr> parameters() const { return expressions_of(parameter_table()); }
    /// A training starts b_f from 1, which keeps the memory open (Jozefowicz, Zaremba, Sutskever
    /// 2015).
    std::vector<CellParameter> parameter_table() const;
    /// h(t) and c(t) of x(t), h(t-1) and c(t-1), by the equations of the cell.
    State step(Expr x, const State& previous) const;

    Gate i, f, g, o;              ///< gates: i input, f forget, g candidate, o output
    std::vector<Expr> peepholes;  ///< p_i, p_f, p_o, or none

 private:
    Expr sees(Expr z, std::size_t peephole, Expr c) const;
    std::string name(std::string_view letter) const { return with_suffix(letter, suffix_); }

    double forget_bias_;
    std::string suffix_;
};

static_assert(TabulatedCell<Lstm>);

}  // namespace revolute
