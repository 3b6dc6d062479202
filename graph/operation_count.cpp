#include <revolute/graph/operation_count.hpp>
#include <revolute/graph/structure.hpp>

#include <algorithm>

namespace revolute {

namespace {

double entries(const Graph& graph, NodeId node) {
    return static_cast<double>(graph.shape(node).size());
}

double entries_of_largest_operand(const Graph& graph, NodeId node) {
    double most = 0;
    for (const NodeId operand : graph.operands(node))
        most = std::max(most, entries(graph, operand));
    return most;
}

}  // namespace

double operation_count(const Graph& graph, NodeId node) {
    const std::uint32_t operands = graph.operand_count(node);
    switch (graph.op(node).role) {
        case Role::transpose:
        case Role::reshape:
        case Role::broadcast:
        case Role::stop_gradient:
            return 0;
        case Role::elementwise:
            return (std::max(operands, 2U) - 1U) * entries(graph, node);
        case Role::product:
            return 2 * entries(graph, node) * graph.shape(graph.operand(node, 0)).columns;
        case Role::row_sum:
        case Role::column_sum:
        case Role::none:
            break;
    }
    return entries_of_largest_operand(graph, node);
}

double operation_count(std::span<const Expr> outputs) {
    const Graph& graph = common_graph("operation_count", outputs);
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    double count = 0;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (needed[i]) count += operation_count(graph, NodeId{i});
    return count;
}

}  // namespace revolute
