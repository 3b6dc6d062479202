#pragma once

#include <revolute/graph/graph.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Nets with other names, or with other steps, for tests of what these mean.

namespace revolute::test {

/// Copies of the outputs with other names and steps: `name` and `step` say which, of a node of the
/// graph.
inline std::vector<Expr> copied(std::span<const Expr> outputs, Graph& copy,
                                const std::function<std::string_view(NodeId)>& name,
                                const std::function<std::optional<Step>(NodeId)>& step) {
    const Graph& graph = *outputs.front().graph;
    std::vector<NodeId> copies(graph.size()), operands;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const NodeId node{i};
        operands.clear();
        for (const NodeId operand : graph.operands(node))
            operands.push_back(copies[index(operand)]);
        const auto append = [&] {
            return graph.op(node).has_identity
                       ? copy.leaf(graph.op(node), name(node), graph.shape(node))
                       : copy.append(graph.op(node), operands, graph.attributes(node), {});
        };
        if (const auto at = step(node)) {
            const Scope scope(copy, *at);
            copies[i] = append().id;
        } else {
            copies[i] = append().id;
        }
        if (!name(node).empty()) copy.set_name(copies[i], name(node));
    }
    std::vector<Expr> result;
    for (const Expr& output : outputs) result.push_back(copy.at(copies[index(output.id)]));
    return result;
}

/// Copies of the outputs in which what was called `from` is called `to`.
inline std::vector<Expr> renamed(std::span<const Expr> outputs, Graph& copy, std::string_view from,
                                 std::string_view to) {
    const Graph& graph = *outputs.front().graph;
    return copied(
        outputs, copy,
        [&](NodeId node) {
            const std::string_view own = graph.name(node);
            return own == from ? to : own;
        },
        [&](NodeId node) { return graph.step(node); });
}

/// Copies of the outputs whose steps are counted from another number, on each time axis.
inline std::vector<Expr> counted_from(std::int32_t first, std::span<const Expr> outputs,
                                      Graph& copy) {
    const Graph& graph = *outputs.front().graph;
    return copied(
        outputs, copy, [&](NodeId node) { return graph.name(node); },
        [&](NodeId node) {
            std::optional<Step> step = graph.step(node);
            if (step) step->t += first;
            return step;
        });
}

/// All that something in a graph is called.
inline std::set<std::string> names_of(const Graph& graph) {
    std::set<std::string> names;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const auto name = graph.name(NodeId{i}); !name.empty()) names.emplace(name);
    return names;
}

}  // namespace revolute::test
