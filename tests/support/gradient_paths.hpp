#pragma once

#include <revolute/graph/graph.hpp>

#include <vector>

namespace revolute::test {

/// For each id: whether a gradient of `output` could get there, that is, whether a path leads there
/// on which no node but the last is a stop_gradient.
inline std::vector<bool> on_gradient_path(const Graph& graph, Expr output) {
    std::vector<bool> marked(graph.size(), false);
    marked[index(output.id)] = true;
    for (std::uint32_t i = graph.size(); i-- > 0;)
        if (marked[i] && graph.op(NodeId{i}).role != Role::stop_gradient)
            for (const NodeId operand : graph.operands(NodeId{i})) marked[index(operand)] = true;
    return marked;
}

}  // namespace revolute::test
