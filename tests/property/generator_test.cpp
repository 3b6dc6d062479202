// The random graphs themselves: they hold what properties are meant to be tried on, and what fails
// is shrunk.

#include "property/plans.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace revolute;
using namespace revolute::test;

namespace {

/// What the graphs of a run held; properties are plain functions, so it is a global.
struct Seen {
    std::map<const Op*, int> applications;
    int graphs = 0, most_applied = 0, repeated_operands = 0, shared = 0, scalars = 0, vectors = 0;
} seen;

bool has_repeated_operand(const Graph& graph, NodeId id) {
    std::vector<NodeId> operands(graph.operands(id).begin(), graph.operands(id).end());
    std::ranges::sort(operands);
    return std::ranges::adjacent_find(operands) != operands.end();
}

void count_nodes(const RandomGraph& random) {
    std::vector<int> users(random.graph.size());
    for (std::uint32_t i = 0; i < random.graph.size(); ++i) {
        seen.repeated_operands += has_repeated_operand(random.graph, NodeId{i}) ? 1 : 0;
        for (const NodeId operand : random.graph.operands(NodeId{i})) ++users[index(operand)];
    }
    for (const Expr& node : random.nodes) {
        const Shape shape = node.shape();
        seen.shared += users[index(node.id)] > 1 ? 1 : 0;
        seen.scalars += shape.is_scalar() ? 1 : 0;
        seen.vectors += !shape.is_scalar() && std::min(shape.rows, shape.columns) == 1 ? 1 : 0;
    }
}

Outcome look(RandomGraph& random) {
    ++seen.graphs;
    seen.most_applied = std::max(seen.most_applied, static_cast<int>(random.applied.size()));
    for (const Op* op : random.applied) ++seen.applications[op];
    count_nodes(random);
    return Outcome::holds;
}

}  // namespace

TEST_CASE("random graphs: hold every operator, shared and repeated operands, and sizes of one") {
    constexpr int graphs = 1500;
    seen = {};
    CHECK(check_property(look, graphs).holds);
    REQUIRE(seen.graphs >= graphs);
    CHECK(seen.most_applied >= 12);
    for (const Op* op : differentiable_operators()) {
        CAPTURE(op->name);
        CHECK(seen.applications[op] >= 10);
    }
    CHECK(seen.repeated_operands > graphs / 4);
    CHECK(seen.shared > graphs);
    CHECK(seen.scalars > graphs);
    CHECK(seen.vectors > graphs);
}
