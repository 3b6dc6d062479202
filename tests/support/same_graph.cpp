#include "support/same_graph.hpp"

#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace revolute::test {

namespace {

/// A graph's nodes in the order of a walk from the outputs, which depends on the expressions alone.
struct Walk {
    explicit Walk(std::span<const Expr> outputs)
        : graph(common_graph("walk", outputs)),
          ids(ids_of(outputs)),
          order(postorder(graph, ids)),
          place(graph.size(), 0) {
        for (std::size_t i = 0; i < order.size(); ++i) place[index(order[i])] = i;
    }

    std::vector<std::size_t> places(std::span<const NodeId> nodes) const {
        std::vector<std::size_t> result;
        for (const NodeId node : nodes) result.push_back(place[index(node)]);
        return result;
    }

    const Graph& graph;
    std::vector<NodeId> ids;
    std::vector<NodeId> order;
    std::vector<std::size_t> place;
};

const char* difference(const Walk& a, NodeId x, const Walk& b, NodeId y, ValueNames names) {
    if (&a.graph.op(x) != &b.graph.op(y)) return "operator";
    if (!std::ranges::equal(a.graph.attributes(x), b.graph.attributes(y))) return "attributes";
    if (a.graph.shape(x) != b.graph.shape(y)) return "shape";
    // What is the same at all steps has the step of its first maker where others are not built.
    if (names == ValueNames::same || a.graph.depends_on_time(x)) {
        if (a.graph.step(x) != b.graph.step(y)) return "step";
        if (a.graph.depends_on_time(x) != b.graph.depends_on_time(y)) return "dependence on time";
    }
    if (names == ValueNames::same || is_given(a.graph.op(x))) {
        if (a.graph.name(x) != b.graph.name(y)) return "name";
        if (a.graph.aliases(x) != b.graph.aliases(y)) return "aliases";
    }
    if (a.places(a.graph.operands(x)) != b.places(b.graph.operands(y))) return "operands";
    return nullptr;
}

}  // namespace

std::string first_difference(std::span<const Expr> a, std::span<const Expr> b, ValueNames names) {
    const Walk x(a);
    const Walk y(b);
    if (x.places(x.ids) != y.places(y.ids)) return "different outputs";
    for (std::size_t i = 0; i < std::min(x.order.size(), y.order.size()); ++i)
        if (const char* what = difference(x, x.order[i], y, y.order[i], names))
            return fmt::format("different {}: {} and {}", what, x.graph.describe(x.order[i]),
                               y.graph.describe(y.order[i]));
    if (x.order.size() != y.order.size())
        return fmt::format("{} nodes and {}", x.order.size(), y.order.size());
    return {};
}

}  // namespace revolute::test
