#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

namespace revolute {

Graph& common_graph(std::string_view subject, std::span<const Expr> expressions) {
    if (expressions.empty()) throw GraphError(fmt::format("{}: needs an expression", subject));
    for (const Expr& expression : expressions) {
        if (expression.graph == nullptr)
            throw GraphError(fmt::format("{}: an expression is empty", subject));
        if (expression.graph != expressions.front().graph)
            throw GraphError(fmt::format(
                "{}: expressions must belong to one graph\n  one is {}\n  another is {}", subject,
                expressions.front().graph->describe(expressions.front().id),
                expression.graph->describe(expression.id)));
    }
    return *expressions.front().graph;
}

std::vector<NodeId> ids_of(std::span<const Expr> expressions) {
    std::vector<NodeId> ids;
    ids.reserve(expressions.size());
    for (const Expr& expression : expressions) ids.push_back(expression.id);
    return ids;
}

std::vector<bool> ancestors(const Graph& graph, std::span<const NodeId> outputs) {
    std::vector<bool> marked(graph.size(), false);
    for (const NodeId output : outputs) marked[index(output)] = true;
    for (std::uint32_t i = graph.size(); i-- > 0;)
        if (marked[i])
            for (const NodeId operand : graph.operands(NodeId{i})) marked[index(operand)] = true;
    return marked;
}

std::vector<NodeId> postorder(const Graph& graph, std::span<const NodeId> outputs) {
    struct Visit {
        NodeId node;
        std::uint32_t next_slot;
    };
    std::vector<NodeId> order;
    std::vector<bool> entered(graph.size(), false);
    std::vector<Visit> stack;
    const auto enter = [&](NodeId node) {
        if (entered[index(node)]) return;
        entered[index(node)] = true;
        stack.push_back({node, 0});
    };
    for (const NodeId output : outputs) {
        enter(output);
        while (!stack.empty()) {
            Visit& visit = stack.back();
            if (visit.next_slot < graph.operand_count(visit.node)) {
                enter(graph.operand(visit.node, visit.next_slot++));
            } else {
                order.push_back(visit.node);
                stack.pop_back();
            }
        }
    }
    return order;
}

}  // namespace revolute
