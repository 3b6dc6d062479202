#pragma once

/// @file
/// `Gate`, the parameters of W x + U h + b, which the gates of cells share.

#include <revolute/rnn/cell.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// W x + U h + b, b added to every column: what a gate applies its function to. W [H x I],
/// x [I x B], U [H x H], h [H x B], b [H x 1] -> [H x B].
Expr affine(Expr W, Expr x, Expr U, Expr h, Expr b);

/// The parameters of one gate.
struct Gate {
    Expr W, U, b;      ///< W [H x I], U [H x H], b [H x 1]
    std::string name;  ///< "i"

    /// Makes W_gate, U_gate and b_gate, the suffix behind the letter.
    Gate(Graph& graph, int input, int hidden, std::string_view gate, std::string_view suffix,
         SourceLine line);
    /// Appends W, U and b to the table of a cell; the bias starts a training from `bias_start`.
    void append_to(std::vector<CellParameter>& table, double bias_start = 0) const;
    /// W x + U h + b.
    Expr operator()(Expr x, Expr h) const { return affine(W, x, U, h, b); }
};

}  // namespace revolute
