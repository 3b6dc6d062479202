#pragma once

/// @file
/// Listings of graphs, a node a line.

#include <revolute/graph/notation/labels.hpp>

#include <iosfwd>
#include <span>
#include <string>

namespace revolute {

/// Writes the outputs and all they depend on, a node a line, operands before users:
///
///     W = parameter [2 x 1]
///     %1[0] = W x[0]  [2 x 1]
///
/// Nodes without a name are numbered by a depth-first walk from the outputs, so the text depends on
/// the expressions alone; a name that an earlier node has gets "#2". A constant stands where it is
/// used. The labels decide names; with those of a Derivative, adjoints print as dh[2].
void print(std::ostream& out, std::span<const Expr> outputs, const Labels& labels);
/// The same with the names that the graph knows, without those of adjoints.
void print(std::ostream& out, std::span<const Expr> outputs);
/// The listing of the outputs as a string.
std::string to_text(std::span<const Expr> outputs);
/// The same of one output.
std::string to_text(Expr output);
/// The gradients' listing.
std::string to_text(const Derivative& derivative);

}  // namespace revolute
