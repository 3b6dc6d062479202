#pragma once

/// @file
/// Walks over a graph, and what is built of them. None of them recurses.

#include <revolute/graph/graph.hpp>

#include <span>
#include <vector>

namespace revolute {

/// The graph that all of the expressions belong to. Throws GraphError, beginning with `subject`,
/// when there is none, one is empty, or they belong to different graphs.
Graph& common_graph(std::string_view subject, std::span<const Expr> expressions);

/// For each id: whether one of the outputs depends on it, or is it.
std::vector<bool> ancestors(const Graph& graph, std::span<const NodeId> outputs);

/// The outputs' ancestors, operands before users, in the order of a depth-first walk: it depends on
/// the expressions alone and not on the order in which they were built.
std::vector<NodeId> postorder(const Graph& graph, std::span<const NodeId> outputs);

/// What `extract` made.
struct Extracted {
    std::vector<Expr> outputs;                  ///< the copies of the outputs asked for
    std::vector<std::optional<NodeId>> copies;  ///< for each old id, its copy
};

/// Appends copies of the outputs and their ancestors to `destination`, with names, steps and
/// source lines, and leaves everything else behind. Throws GraphError when `destination` is the
/// outputs' own graph.
Extracted extract(std::span<const Expr> outputs, Graph& destination);

/// Throws InternalError unless every invariant of the store holds: operands come first, their
/// number fits the op, the shape is what the op's shape rule says, and no two nodes that should be
/// one are apart.
void verify(const Graph& graph);

/// The nodes of the expressions, in their order.
std::vector<NodeId> ids_of(std::span<const Expr> expressions);

}  // namespace revolute
