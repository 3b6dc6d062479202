#include <revolute/graph/derivative_rule.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/tools/backward_walk.hpp>

#include <array>

namespace revolute {

namespace {

enum Channel : std::uint8_t { recurrence, step };
constexpr std::array channels{recurrence, step};

template <class Value>
using PerChannel = std::array<Value, channels.size()>;

}  // namespace

std::optional<Expr> right_rule(const Pullback& p) { return pull_back(p); }

/// One reverse pass with two adjoints for each node inside a step, one on its way to the step before and one on
/// its way to the step's parameters. What a state hands on is one adjoint again.
class BackwardWalk::Pass {
 public:
    Pass(const BackwardWalk& walk, const Derivation& derivation)
        : walk_(walk),
          graph_(walk.graph()),
          rules_{&derivation.recurrence, &derivation.step},
          terms_(index(walk.loss_.id) + 1) {}

    std::vector<Expr> run() {
        const Expr one = graph_.constant(1.0);
        terms_.back() = {std::vector{one}, std::vector{one}};
        for (auto use = walk_.uses_.rbegin(); use != walk_.uses_.rend();) {
            const NodeId consumer = use->consumer;
            const PerChannel<std::optional<Expr>> adjoint{sum(consumer, recurrence),
                                                          sum(consumer, step)};
            auto next = use;
            while (next != walk_.uses_.rend() && next->consumer == consumer) ++next;
            for (auto slot = next; slot != use;) add_terms(*--slot, adjoint);
            use = next;
        }
        std::vector<Expr> gradients;
        for (const Expr& variable : walk_.variables_) {
            const std::optional<Expr> gradient = sum(variable.id, step);
            gradients.push_back(gradient ? *gradient : graph_.constant(0.0, variable.shape()));
        }
        return gradients;
    }

 private:
    std::optional<Expr> sum(NodeId node, Channel channel) const {
        const std::vector<Expr>& terms = terms_[index(node)][channel];
        if (terms.empty()) return std::nullopt;
        return terms.size() == 1 ? terms.front() : accumulate(terms);
    }

    void add_terms(Use use, const PerChannel<std::optional<Expr>>& adjoint) {
        PerChannel<std::optional<Expr>> term;
        for (const Channel channel : channels)
            if (adjoint[channel])
                term[channel] =
                    (*rules_[channel])({{graph_.at(use.consumer), use.slot}, *adjoint[channel]});
        const NodeId operand = graph_.operand(use.consumer, use.slot);
        if (walk_.is_recurrent(use))
            term[step] = term[recurrence];
        else if (walk_.is_output_[index(operand)])
            term[recurrence] = term[step];
        for (const Channel channel : channels)
            if (term[channel]) terms_[index(operand)][channel].push_back(*term[channel]);
    }

    const BackwardWalk& walk_;
    Graph& graph_;
    PerChannel<const TermRule*> rules_;
    std::vector<PerChannel<std::vector<Expr>>> terms_;  // by id
};

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

std::vector<Expr> BackwardWalk::gradients(const Derivation& derivation) const {
    return Pass(*this, derivation).run();
}

std::vector<Expr> BackwardWalk::gradients(const TermRule& rule) const {
    return gradients({rule, rule});
}

bool BackwardWalk::is_recurrent(Use use) const {
    const Graph& graph = *loss_.graph;
    const NodeId operand = graph.operand(use.consumer, use.slot);
    return is_state_[index(operand)] && graph.step(use.consumer) &&
           graph.step(use.consumer) != graph.step(operand);
}

}  // namespace revolute
