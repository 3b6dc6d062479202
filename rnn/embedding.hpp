#pragma once

/// @file
/// Symbols as columns of a table.

#include <revolute/graph/expr.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace revolute {

/// A table of vectors, one column for each of a vocabulary of symbols (Bengio et al. 2003, section
/// 2): the input of a net that reads symbols is the column of each.
struct Embedding {
    Expr table;  ///< E [I x vocabulary], a parameter

    /// Makes the table; `name` tells it from other tables.
    Embedding(Graph& graph, int vocabulary, int size, std::string_view name = "E",
              SourceLine line = SourceLine::here());

    /// The columns of the symbols: indices [1 x B], whole numbers from 0 -> [I x B], in the step of
    /// the indices. At evaluation, an index that is none of the vocabulary throws EvaluationError
    /// with the step and the value.
    Expr operator()(Expr indices, SourceLine line = SourceLine::here()) const;
    /// The same for every step: what a recurrence takes for its inputs.
    std::vector<Expr> operator()(std::span<const Expr> indices,
                                 SourceLine line = SourceLine::here()) const;
};

}  // namespace revolute
