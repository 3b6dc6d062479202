// What an elided figure says of local derivatives is what the figure of all steps says.

#include "figure_claims.hpp"
#include "figure_models.hpp"
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/nets.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

constexpr std::int32_t steps = 9;

/// The labels of the edges between two values, by slot.
using Labels = std::vector<std::string>;

/// The nodes and edges of a figure of all steps.
class AllSteps {
 public:
    AllSteps(const Figure& figure, std::map<NodeId, std::uint32_t> part_of)
        : part_of_(std::move(part_of)) {
        for (const FigureNode& node : figure.nodes) nodes_.push_back(&node);
        for (const FigureEdge& edge : figure.edges)
            edges_[{edge.from, edge.to}].push_back(to_plain(edge.label));
    }

    /// The nodes that a node of an elided figure stands for: itself, or, of dots, those that have
    /// their name, or are of their part where they have none, and are not drawn.
    std::set<std::uint32_t> meant(const FigureNode& node, const std::set<NodeId>& drawn) const {
        std::set<std::uint32_t> found;
        for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
            const NodeId here = nodes_[i]->node;
            const bool is_alike = has_name(node) ? nodes_[i]->name == node.name
                                                 : part_of_.at(here) == part_of_.at(node.node);
            const bool is_meant = node.kind == NodeKind::omitted ? is_alike && !drawn.contains(here)
                                                                 : here == node.node;
            if (is_meant) found.insert(i);
        }
        return found;
    }

    std::vector<Labels> between(const std::set<std::uint32_t>& from,
                                const std::set<std::uint32_t>& to) const {
        std::vector<Labels> found;
        for (const auto& [ends, labels] : edges_)
            if (from.contains(ends.first) && to.contains(ends.second)) found.push_back(labels);
        return found;
    }

 private:
    std::map<NodeId, std::uint32_t> part_of_;
    std::vector<const FigureNode*> nodes_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Labels> edges_;
};

std::size_t most_slots(const std::vector<Labels>& edges) {
    std::size_t most = 0;
    for (const Labels& labels : edges) most = std::max(most, labels.size());
    return most;
}

/// Whether a label is that of its slot in each of the edges that it stands for.
bool is_right(const std::string& label, std::size_t slot, const std::vector<Labels>& edges) {
    return std::ranges::all_of(edges, [&](const Labels& labels) {
        return slot >= labels.size() || labels[slot] == label;
    });
}

/// Reads every edge of an elided figure, and counts those with a label from or to dots.
int labelled_dots(const Derivative& derivative) {
    const Figure whole = local_derivatives(derivative);
    const Figure elided = local_derivatives(derivative, {.steps = ShownSteps::elided});
    const AllSteps all(whole, test::parts_of(test::views_of(derivative).back()));
    std::set<NodeId> drawn;
    for (const FigureNode& node : elided.nodes)
        if (node.kind != NodeKind::omitted) drawn.insert(node.node);
    std::map<std::pair<std::uint32_t, std::uint32_t>, Labels> read;
    for (const FigureEdge& edge : elided.edges)
        read[{edge.from, edge.to}].push_back(test::at_step(to_plain(edge.label), 0, steps - 1));
    int count = 0;
    for (const auto& entry : read) {  // clang captures no structured bindings
        const FigureNode& from = elided.nodes[entry.first.first];
        const FigureNode& to = elided.nodes[entry.first.second];
        const Labels& labels = entry.second;
        CAPTURE(from.id);
        CAPTURE(to.id);
        const bool has_dots = from.kind == NodeKind::omitted || to.kind == NodeKind::omitted;
        const auto edges = all.between(all.meant(from, drawn), all.meant(to, drawn));
        CHECK_FALSE(edges.empty());
        CHECK(labels.size() == most_slots(edges));
        for (std::size_t slot = 0; slot < labels.size(); ++slot) {
            CAPTURE(labels[slot]);
            const bool says_nothing = has_dots && labels[slot].empty();
            CHECK((says_nothing || is_right(labels[slot], slot, edges)));
            if (has_dots && !says_nothing) ++count;
        }
    }
    return count;
}

}  // namespace

TEST_CASE(
    "elided local derivatives: every label is the derivative of what the arrow stands between, for "
    "nets of every cell") {
    for (const Architecture& architecture : test::architectures_to_draw())
        for (const bool answers_every_step : {false, true}) {
            const test::NetKind kind{architecture, answers_every_step};
            CAPTURE(kind.text());
            Graph graph, simple;
            const RecurrentNet net = test::net_of(graph, kind, steps);
            const Derivative derivative = differentiate(net.loss(), net.variables());
            CHECK(labelled_dots(derivative) > 0);
            CHECK(labelled_dots(simplify(derivative, simple, simplification_rules()).derivative) >
                  0);
        }
}

TEST_CASE("elided local derivatives: both uses of a value that is multiplied by itself are drawn") {
    Graph graph;
    const Expr U = graph.parameter("U", {2, 2});
    Expr h = graph.initial_state("h0", {2, 2});
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        h = (hadamard(h, h) + tanh(U * h).named("z")).named("h");
    }
    const Derivative derivative = differentiate(sum(h).named("L"), {U});
    CHECK(labelled_dots(derivative) > 0);
    const Figure figure = local_derivatives(derivative, {.steps = ShownSteps::elided});
    const auto arrows = std::ranges::count_if(figure.edges, [&](const FigureEdge& edge) {
        return figure.nodes[edge.from].id == "h[...]" && figure.nodes[edge.to].id == "h[1]";
    });
    CHECK(arrows == 2);
}

}  // namespace revolute
