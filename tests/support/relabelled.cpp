#include <revolute/graph/structure.hpp>
#include <support/relabelled.hpp>

#include <cmath>

namespace revolute::test {

std::vector<Expr> relabelled(std::span<const Expr> outputs, Graph& copy, Random& random,
                             double share, std::size_t axes) {
    const Graph& graph = *outputs.front().graph;
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    std::vector<NodeId> copies(graph.size());
    std::vector<NodeId> operands;
    for (std::uint32_t i = 0; i < needed.size(); ++i) {
        if (!needed[i]) continue;
        const NodeId node{i};
        const auto step = graph.step(node);
        const bool is_replaced = std::abs(random.number()) < share;
        const Step at = is_replaced || !step ? Step{static_cast<int>(random.below(axes)),
                                                    static_cast<int>(random.below(8)) - 1}
                                             : *step;
        operands.clear();
        for (const NodeId operand : graph.operands(node))
            operands.push_back(copies[index(operand)]);
        const auto append = [&] {
            return graph.op(node).has_identity
                       ? copy.leaf(graph.op(node), graph.name(node), graph.shape(node))
                       : copy.append(graph.op(node), operands, graph.attributes(node), {});
        };
        if (is_replaced || step) {
            const Scope scope(copy, at);
            copies[i] = append().id;
        } else {
            copies[i] = append().id;
        }
    }
    std::vector<Expr> result;
    for (const Expr& output : outputs) result.push_back(copy.at(copies[index(output.id)]));
    return result;
}

}  // namespace revolute::test
