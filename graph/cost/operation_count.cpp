#include <revolute/graph/cost/checked_count.hpp>
#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/structure.hpp>

namespace revolute {

std::int64_t operation_count(const Op& op, Shape output, const OperandShapes& operands) {
    const auto entries = static_cast<std::int64_t>(output.size());
    switch (op.role) {
        case Role::transpose:
        case Role::reshape:
        case Role::broadcast:
        case Role::stop_gradient:
            return 0;
        case Role::elementwise:
        case Role::sum:
            return checked_product(std::max<std::int64_t>(operands.count, 2) - 1, entries);
        case Role::product:
            return checked_product(2 * std::int64_t{operands.first.columns}, entries);
        case Role::row_sum:
        case Role::column_sum:
        case Role::none:
            break;
    }
    if (op.operations_by_size != nullptr)
        return checked_product(op.operations_by_size(operands.first, output),
                               static_cast<std::int64_t>(operands.first.size()));
    return checked_product(op.operations_per_entry, operands.largest);
}

std::int64_t operation_count(const Graph& graph, NodeId node) {
    OperandShapes operands;
    for (const NodeId operand : graph.operands(node)) operands.add(graph.shape(operand));
    return operation_count(graph.op(node), graph.shape(node), operands);
}

std::int64_t operation_count(std::span<const Expr> outputs) {
    const Graph& graph = common_graph("operation_count", outputs);
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    std::int64_t count = 0;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (needed[i]) count = checked_sum(count, operation_count(graph, NodeId{i}));
    return count;
}

}  // namespace revolute
