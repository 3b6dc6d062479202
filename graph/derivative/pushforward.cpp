#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <optional>

namespace revolute {

namespace {

/// Tangent of a node from those of its operands; none when no operand has one.
std::optional<Expr> tangent_of(Graph& graph, NodeId node,
                               std::span<const std::optional<Expr>> tangents) {
    std::vector<Expr> terms;
    for (std::uint32_t slot = 0; slot < graph.operand_count(node); ++slot)
        if (const auto& x_dot = tangents[index(graph.operand(node, slot))])
            if (carries_derivative(graph, node, slot)) {
                std::optional<Scope> in_step;
                if (const auto step = step_of_term(graph, node, graph.operand(node, slot)))
                    in_step.emplace(graph, *step);
                terms.push_back(push_forward({{graph.at(node), slot}, *x_dot}));
            }
    if (terms.empty()) return std::nullopt;
    return accumulate(terms);
}

}  // namespace

std::vector<Expr> pushforward(std::span<const Expr> outputs, std::span<const Seed> seeds,
                              SourceLine line) {
    std::vector<Expr> all(outputs.begin(), outputs.end());
    for (const Seed& seed : seeds) all.insert(all.end(), {seed.variable, seed.tangent});
    Graph& graph = common_graph("pushforward", all);
    const Scope made_here(graph, line);

    std::vector<std::optional<Expr>> tangents(graph.size());
    for (const Seed& seed : seeds) {
        if (seed.tangent.shape() != seed.variable.shape())
            throw ShapeError(
                fmt::format("pushforward: a tangent must have its variable's shape\n  variable is "
                            "{}\n  tangent "
                            "is {}",
                            graph.describe(seed.variable.id), graph.describe(seed.tangent.id)));
        if (tangents[index(seed.variable.id)])
            throw GraphError(
                fmt::format("pushforward: a variable must have one tangent\n  variable is {}",
                            graph.describe(seed.variable.id)));
        tangents[index(seed.variable.id)] = seed.tangent;
    }

    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    for (std::uint32_t i = 0; i < tangents.size(); ++i) {
        if (!needed[i] || tangents[i]) continue;
        const Scope step = Scope::tangent_of(graph.at(NodeId{i}));
        tangents[i] = tangent_of(graph, NodeId{i}, tangents);
    }

    std::vector<Expr> result;
    for (const Expr& output : outputs) {
        const auto& tangent = tangents[index(output.id)];
        result.push_back(tangent ? *tangent : graph.constant(0.0, output.shape()));
    }
    return result;
}

}  // namespace revolute
