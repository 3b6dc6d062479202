#include <revolute/graph/derivative/derivative_rule.hpp>

#include <fmt/format.h>

namespace revolute {

namespace {

[[noreturn]] void fail_missing(std::string_view kind, const RuleSite& p) {
    throw DerivativeError(fmt::format("{}: has no {} rule for operand {}\n  node is {}",
                                      p.op().name, kind, p.slot,
                                      p.output.graph->describe(p.output.id)));
}

/// Returns the term that a rule made for `target`, the operand or the node itself.
Expr checked(Expr term, std::string_view kind, const RuleSite& p, std::string_view target_is,
             Expr target) {
    const Graph& graph = *p.output.graph;
    if (term.graph != &graph)
        throw InternalError(fmt::format(
            "{}: the {} rule for operand {} made no expression of its graph\n  node is {}",
            p.op().name, kind, p.slot, graph.describe(p.output.id)));
    if (term.shape() != target.shape())
        throw InternalError(fmt::format("{}: the {} rule for operand {} made {}, but the {} is {}",
                                        p.op().name, kind, p.slot, to_string(term.shape()),
                                        target_is, graph.describe(target.id)));
    return term;
}

}  // namespace

Expr pull_back(const Pullback& p) {
    const PullbackRule rule = p.op().pullback[p.slot];
    if (rule == nullptr) fail_missing("pullback", p);
    return checked(rule(p), "pullback", p, "operand", p.input());
}

Expr push_forward(const Pushforward& p) {
    const Op& op = p.op();
    if (const PushforwardRule rule = op.pushforward[p.slot])
        return checked(rule(p), "pushforward", p, "node", p.output);
    const PullbackRule diagonal = op.pullback[p.slot];
    if (!is_elementwise(op.role) || diagonal == nullptr) fail_missing("pushforward", p);
    return checked(diagonal({{p.output, p.slot}, p.tangent}), "pushforward", p, "node", p.output);
}

bool carries_derivative(const Graph& graph, NodeId node, std::uint32_t slot) {
    return !contributes_nothing(graph.op(node).pullback[slot]);
}

std::optional<Step> step_of_term(const Graph& graph, NodeId node, NodeId operand) {
    const bool reads_many_steps = graph.op(node).arity == variadic && !graph.step(node);
    return reads_many_steps ? graph.step(operand) : std::nullopt;
}

std::vector<bool> differentiable_nodes(const Graph& graph, std::span<const Expr> variables,
                                       std::uint32_t end) {
    std::vector<bool> found(graph.size(), false);
    for (const Expr& variable : variables) found[index(variable.id)] = true;
    for (std::uint32_t i = 0; i < end; ++i)
        for (std::uint32_t slot = 0; !found[i] && slot < graph.operand_count(NodeId{i}); ++slot)
            found[i] = found[index(graph.operand(NodeId{i}, slot))] &&
                       carries_derivative(graph, NodeId{i}, slot);
    return found;
}

}  // namespace revolute
