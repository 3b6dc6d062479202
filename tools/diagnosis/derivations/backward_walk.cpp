#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/tools/diagnosis/derivations/backward_walk.hpp>

namespace revolute {

BackwardWalk::BackwardWalk(const RecurrentNet& net, std::vector<Expr> variables)
    : loss_(net.loss()), variables_(std::move(variables)) {
    const std::uint32_t end = index(loss_.id) + 1;
    is_state_.assign(end, false);
    is_output_.assign(end, false);
    for (const Expr& leaf : net.initial_leaves()) is_state_[index(leaf.id)] = true;
    for (const Layer& layer : net.layers)
        for (const Unrolled& direction : layer.directions)
            for (const State& state : direction.states) {
                for (const Expr& tensor : state) is_state_[index(tensor.id)] = true;
                is_output_[index(state.front().id)] = true;
            }
    const std::vector<bool> active = differentiable_nodes(graph(), variables_, end);
    for (std::uint32_t i = 0; i < end; ++i)
        for (std::uint32_t slot = 0; slot < graph().operand_count(NodeId{i}); ++slot)
            if (active[index(graph().operand(NodeId{i}, slot))] &&
                carries_derivative(graph(), NodeId{i}, slot))
                uses_.push_back({NodeId{i}, slot});
}

bool BackwardWalk::is_recurrent(Use use) const {
    const NodeId operand = this->operand(use);
    return is_state_[index(operand)] && graph().step(use.consumer) &&
           graph().step(use.consumer) != graph().step(operand);
}

}  // namespace revolute
