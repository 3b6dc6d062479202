#pragma once

#include <revolute/graph/graph.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Nets with other names, for tests of what names mean.

namespace revolute::test {

/// Copies of the outputs in which what was called `from` is called `to`.
inline std::vector<Expr> renamed(std::span<const Expr> outputs, Graph& copy, std::string_view from,
                                 std::string_view to) {
    const Graph& graph = *outputs.front().graph;
    std::vector<NodeId> copies(graph.size()), operands;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const NodeId node{i};
        const std::string_view own = graph.name(node), name = own == from ? to : own;
        const auto step = graph.step(node);
        operands.clear();
        for (const NodeId operand : graph.operands(node))
            operands.push_back(copies[index(operand)]);
        const auto append = [&] {
            return graph.op(node).has_identity
                       ? copy.leaf(graph.op(node), name, graph.shape(node))
                       : copy.append(graph.op(node), operands, graph.attributes(node), {});
        };
        if (step) {
            const Scope scope(copy, *step);
            copies[i] = append().id;
        } else {
            copies[i] = append().id;
        }
        if (!name.empty()) copy.set_name(copies[i], name);
    }
    std::vector<Expr> result;
    for (const Expr& output : outputs) result.push_back(copy.at(copies[index(output.id)]));
    return result;
}

/// All that something in a graph is called.
inline std::set<std::string> names_of(const Graph& graph) {
    std::set<std::string> names;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const auto name = graph.name(NodeId{i}); !name.empty()) names.emplace(name);
    return names;
}

}  // namespace revolute::test
