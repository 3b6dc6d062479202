#include <revolute/graph/boost_graph.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <vector>

using namespace revolute;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<Graph>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<Graph>));
BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<GraphWithUses>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<GraphWithUses>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<GraphWithUses>));
BOOST_CONCEPT_ASSERT((boost::ReadablePropertyMapConcept<
                      boost::property_map<Graph, boost::vertex_index_t>::type, NodeId>));

namespace {

Expr rnn_loss(Graph& graph) {
    const SimpleRnn cell(graph, 2, 3);
    return many_to_one(cell, {.steps = 4, .input = 2, .hidden = 3}).loss;
}

std::size_t operand_total(const Graph& graph) {
    std::size_t total = 0;
    for (std::uint32_t i = 0; i < graph.size(); ++i) total += graph.operand_count(NodeId{i});
    return total;
}

}  // namespace

TEST_CASE("Boost.Graph: topological_sort puts operands before users") {
    Graph graph;
    rnn_loss(graph);
    std::vector<NodeId> order;
    boost::topological_sort(graph, std::back_inserter(order));
    REQUIRE(order.size() == graph.size());
    std::vector<std::size_t> place(graph.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[index(order[i])] = i;
    for (const NodeId node : order)
        for (const NodeId operand : graph.operands(node))
            CHECK(place[index(operand)] < place[index(node)]);
}

TEST_CASE("Boost.Graph: depth_first_search from the loss finds its ancestors") {
    struct Finder : boost::default_dfs_visitor {
        std::vector<bool>* found;
        void discover_vertex(NodeId node, const Graph&) const { (*found)[index(node)] = true; }
    };
    Graph graph;
    const Expr loss = rnn_loss(graph);
    const Expr stray = tanh(graph.parameter("stray", {2, 2}));
    std::vector<bool> found(graph.size(), false);
    Finder finder;
    finder.found = &found;
    std::vector<boost::default_color_type> colors(graph.size());
    boost::depth_first_visit(
        graph, loss.id, finder,
        boost::make_iterator_property_map(colors.begin(), get(boost::vertex_index, graph)));
    const std::vector<NodeId> outputs{loss.id};
    CHECK(found == ancestors(graph, outputs));
    CHECK_FALSE(found[index(stray.id)]);

    std::vector<bool> everything(graph.size(), false);
    finder.found = &everything;
    boost::depth_first_search(graph, boost::visitor(finder));
    CHECK(std::ranges::count(everything, true) == graph.size());
}

TEST_CASE("Boost.Graph: reverse_graph leads from operands to users") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1});
    const Expr y = tanh(x);
    const Expr z = hadamard(x, x);
    const GraphWithUses view(graph);
    const auto reversed = boost::make_reverse_graph(view);
    std::vector<NodeId> users;
    for (auto [edge, end] = out_edges(x.id, reversed); edge != end; ++edge)
        users.push_back(target(*edge, reversed));
    CHECK(users == std::vector{y.id, z.id, z.id});
    CHECK(in_degree(z.id, reversed) == 2);
}

TEST_CASE("Boost.Graph: filtered_graph hides nodes and their edges") {
    struct NotLeaf {
        const Graph* graph = nullptr;
        bool operator()(NodeId node) const { return graph->operand_count(node) > 0; }
    };
    Graph graph;
    rnn_loss(graph);
    const boost::filtered_graph<Graph, boost::keep_all, NotLeaf> inner(graph, boost::keep_all{},
                                                                       NotLeaf{&graph});
    std::size_t nodes = 0, edges = 0;
    for (auto [node, end] = vertices(inner); node != end; ++node) {
        ++nodes;
        for (auto [edge, edge_end] = out_edges(*node, inner); edge != edge_end; ++edge, ++edges)
            CHECK(graph.operand_count(target(*edge, inner)) > 0);
    }
    std::size_t expected_nodes = 0, expected_edges = 0;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        if (graph.operand_count(NodeId{i}) > 0) ++expected_nodes;
        for (const NodeId operand : graph.operands(NodeId{i}))
            if (graph.operand_count(operand) > 0) ++expected_edges;
    }
    CHECK(nodes == expected_nodes);
    CHECK(edges == expected_edges);
}

TEST_CASE("Boost.Graph: strong_components finds one component a node, for a graph has no cycle") {
    Graph graph;
    rnn_loss(graph);
    const GraphWithUses view(graph);
    std::vector<int> component(graph.size());
    const int count = boost::strong_components(
        view, boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, view)));
    CHECK(count == static_cast<int>(graph.size()));
    std::ranges::sort(component);
    CHECK(std::ranges::adjacent_find(component) == component.end());
}

TEST_CASE("Boost.Graph: write_graphviz writes every node and edge") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1});
    hadamard(x, x);
    std::ostringstream out;
    boost::write_graphviz(out, GraphWithUses(graph));
    CHECK(out.str() == "digraph G {\n0;\n1;\n1->0 ;\n1->0 ;\n}\n");
}

TEST_CASE("GraphWithUses: every edge is a use, ordered by user") {
    Graph graph;
    rnn_loss(graph);
    const GraphWithUses view(graph);
    CHECK(num_vertices(view) == graph.size());
    CHECK(num_edges(view) == operand_total(graph));
    std::size_t seen = 0;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        CHECK(std::ranges::is_sorted(view.uses(NodeId{i})));
        for (const Edge use : view.uses(NodeId{i})) {
            CHECK(graph.operand(use.user, use.slot) == NodeId{i});
            ++seen;
        }
        CHECK(degree(NodeId{i}, view) ==
              in_degree(NodeId{i}, view) + graph.operand_count(NodeId{i}));
    }
    CHECK(seen == num_edges(view));
}

TEST_CASE("GraphWithUses: nodes appended later are not seen") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1});
    const GraphWithUses view(graph);
    tanh(x);
    CHECK(num_vertices(view) == 1);
    CHECK(view.uses(x.id).empty());
}
