#include <revolute/graph/uses.hpp>

namespace revolute {

GraphWithUses::GraphWithUses(const Graph& graph)
    : graph_(&graph), first_use_(std::size_t{graph.size()} + 1, 0) {
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        for (const NodeId operand : graph.operands(NodeId{i}))
            ++first_use_[std::size_t{index(operand)} + 1];
    for (std::size_t i = 1; i < first_use_.size(); ++i) first_use_[i] += first_use_[i - 1];
    uses_.resize(first_use_.back());
    std::vector<std::size_t> place(first_use_.begin(), first_use_.end() - 1);
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        for (std::uint32_t slot = 0; slot < graph.operand_count(NodeId{i}); ++slot)
            uses_[place[index(graph.operand(NodeId{i}, slot))]++] = {NodeId{i}, slot};
}

std::span<const Edge> GraphWithUses::uses(NodeId operand) const {
    const std::size_t first = first_use_[index(operand)];
    return {uses_.data() + first, first_use_[std::size_t{index(operand)} + 1] - first};
}

}  // namespace revolute
