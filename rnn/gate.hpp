#pragma once

#include <revolute/graph/expr.hpp>

#include <string_view>

namespace revolute {

/// W x + U h + b, b added to every column: what a gate applies its function to. W [H x I],
/// x [I x B], U [H x H], h [H x B], b [H x 1] -> [H x B].
Expr affine(Expr W, Expr x, Expr U, Expr h, Expr b);

/// The parameters of one gate.
struct Gate {
    Expr W, U, b;  ///< [H x I], [H x H], [H x 1]

    /// Makes W_name, U_name and b_name, the suffix behind the letter.
    Gate(Graph& graph, int input, int hidden, std::string_view name, std::string_view suffix,
         SourceLine line);
    /// W x + U h + b.
    Expr operator()(Expr x, Expr h) const { return affine(W, x, U, h, b); }
};

}  // namespace revolute
