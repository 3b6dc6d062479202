#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

namespace revolute {

namespace {

void require(bool holds, std::string_view invariant, const Graph& graph, NodeId node) {
    if (!holds)
        throw InternalError(fmt::format("verify: {}, but not so for node {}, {}", invariant,
                                        index(node), graph.describe(node)));
}

}  // namespace

void verify(const Graph& graph) {
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const NodeId node{i};
        const Op& op = graph.op(node);
        const auto operands = graph.operands(node);
        require(op.arity == variadic || operands.size() == op.arity,
                "a node has as many operands as its op says", graph, node);
        for (const NodeId operand : operands)
            require(index(operand) < i, "operands come before their users", graph, node);
        require(op.shape({graph, op, operands, graph.attributes(node), {}}) == graph.shape(node),
                "the stored shape is the shape rule's", graph, node);
        if (graph.sharing() == Sharing::off || op.has_identity) continue;
        const std::uint32_t kind = graph.nodes_[i].kind;
        const std::uint64_t hash = Graph::hash_of_node(kind, operands);
        require(graph.node_index_.find(hash, operands,
                                       [&](std::uint32_t other) {
                                           return graph.is_same(NodeId{other}, kind, operands);
                                       }) == i,
                "equal nodes are one node", graph, node);
    }
}

}  // namespace revolute
