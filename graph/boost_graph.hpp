#pragma once

/// @file
/// Makes graphs models of the Boost.Graph concepts, so that its algorithms run on them as they are.
/// Only files that run Boost algorithms include this header.
///
/// `Graph` is a VertexListGraph and an IncidenceGraph; an edge leads from a user to an operand.
/// `GraphWithUses` is a view that also knows the users: a BidirectionalGraph and an EdgeListGraph.
/// Parallel edges are allowed (x o x has two), so an edge is the user and the operand's slot.
///
/// Boost 1.74: transitive_reduction takes an n x n bit matrix, and dominator_tree recurses: neither
/// is for a graph of many steps.

#include <revolute/graph/uses.hpp>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>

#include <cstdint>
#include <utility>

namespace revolute {

namespace boost_graph {

/// Counts through all nodes.
class NodeIterator : public boost::iterator_facade<NodeIterator, NodeId,
                                                   boost::random_access_traversal_tag, NodeId> {
 public:
    NodeIterator() = default;
    /// At the node with the id `place`.
    explicit NodeIterator(std::uint32_t place) : place_(place) {}

 private:
    friend class boost::iterator_core_access;
    NodeId dereference() const { return NodeId{static_cast<std::uint32_t>(place_)}; }
    bool equal(const NodeIterator& other) const { return place_ == other.place_; }
    void increment() { ++place_; }
    void decrement() { --place_; }
    void advance(std::ptrdiff_t n) { place_ += n; }
    std::ptrdiff_t distance_to(const NodeIterator& other) const { return other.place_ - place_; }

    std::ptrdiff_t place_ = 0;
};

/// Counts through the operand slots of one node.
class OperandIterator : public boost::iterator_facade<OperandIterator, Edge,
                                                      boost::random_access_traversal_tag, Edge> {
 public:
    OperandIterator() = default;
    /// At the operand slot of the edge.
    explicit OperandIterator(Edge edge) : user_(edge.user), slot_(edge.slot) {}

 private:
    friend class boost::iterator_core_access;
    Edge dereference() const { return {user_, static_cast<std::uint32_t>(slot_)}; }
    bool equal(const OperandIterator& other) const { return slot_ == other.slot_; }
    void increment() { ++slot_; }
    void decrement() { --slot_; }
    void advance(std::ptrdiff_t n) { slot_ += n; }
    std::ptrdiff_t distance_to(const OperandIterator& other) const { return other.slot_ - slot_; }

    NodeId user_{};
    std::ptrdiff_t slot_ = 0;
};

/// Node to index, as Boost's algorithms ask for it.
struct IndexMap {
    ///@{
    /// As boost::property_traits names it.
    using key_type = NodeId;
    using value_type = std::uint32_t;
    using reference = std::uint32_t;
    using category = boost::readable_property_map_tag;
    ///@}

    /// The node's id.
    friend std::uint32_t get(IndexMap, NodeId node) { return index(node); }
    /// The node's id, as `get` gives it.
    std::uint32_t operator[](NodeId node) const { return index(node); }
};

/// What both models share.
struct Traits {
    ///@{
    /// As boost::graph_traits names it.
    using vertex_descriptor = NodeId;
    using edge_descriptor = Edge;
    using directed_category = boost::directed_tag;
    using edge_parallel_category = boost::allow_parallel_edge_tag;
    using vertex_iterator = NodeIterator;
    using out_edge_iterator = OperandIterator;
    using vertices_size_type = std::uint32_t;
    using edges_size_type = std::size_t;
    using degree_size_type = std::size_t;
    ///@}

    /// An id that no node has.
    static constexpr NodeId null_vertex() { return NodeId{Graph::most_ids}; }
};

/// What Boost's algorithms may do with a `Graph`.
struct GraphTraversal : virtual boost::vertex_list_graph_tag, virtual boost::incidence_graph_tag {};
/// What Boost's algorithms may do with a `GraphWithUses`.
struct GraphWithUsesTraversal : virtual boost::vertex_list_graph_tag,
                                virtual boost::edge_list_graph_tag,
                                virtual boost::bidirectional_graph_tag {};

}  // namespace boost_graph

///@{
/// What VertexListGraph and IncidenceGraph ask of a graph, and what algorithms ask of its nodes'
/// indices.
inline std::pair<boost_graph::NodeIterator, boost_graph::NodeIterator> vertices(
    const Graph& graph) {
    return {boost_graph::NodeIterator(0), boost_graph::NodeIterator(graph.size())};
}
inline std::uint32_t num_vertices(const Graph& graph) { return graph.size(); }
inline std::size_t out_degree(NodeId node, const Graph& graph) { return graph.operand_count(node); }
inline std::pair<boost_graph::OperandIterator, boost_graph::OperandIterator> out_edges(
    NodeId node, const Graph& graph) {
    return {boost_graph::OperandIterator({node, 0}),
            boost_graph::OperandIterator({node, graph.operand_count(node)})};
}
inline NodeId source(Edge edge, const Graph&) { return edge.user; }
inline NodeId target(Edge edge, const Graph& graph) { return graph.operand(edge.user, edge.slot); }
inline boost_graph::IndexMap get(boost::vertex_index_t, const Graph&) { return {}; }
inline std::uint32_t get(boost::vertex_index_t, const Graph&, NodeId node) { return index(node); }

inline std::pair<boost_graph::NodeIterator, boost_graph::NodeIterator> vertices(
    const GraphWithUses& view) {
    return {boost_graph::NodeIterator(0), boost_graph::NodeIterator(view.size())};
}
inline std::uint32_t num_vertices(const GraphWithUses& view) { return view.size(); }
inline std::size_t out_degree(NodeId node, const GraphWithUses& view) {
    return out_degree(node, view.graph());
}
inline std::pair<boost_graph::OperandIterator, boost_graph::OperandIterator> out_edges(
    NodeId node, const GraphWithUses& view) {
    return out_edges(node, view.graph());
}
inline NodeId source(Edge edge, const GraphWithUses&) { return edge.user; }
inline NodeId target(Edge edge, const GraphWithUses& view) { return target(edge, view.graph()); }
inline boost_graph::IndexMap get(boost::vertex_index_t, const GraphWithUses&) { return {}; }
inline std::uint32_t get(boost::vertex_index_t, const GraphWithUses&, NodeId node) {
    return index(node);
}
///@}

///@{
/// What BidirectionalGraph and EdgeListGraph ask of the view. An edge into a node is a use of it.
inline std::pair<const Edge*, const Edge*> in_edges(NodeId node, const GraphWithUses& view) {
    const auto uses = view.uses(node);
    return {uses.data(), uses.data() + uses.size()};
}
inline std::size_t in_degree(NodeId node, const GraphWithUses& view) {
    return view.uses(node).size();
}
inline std::size_t degree(NodeId node, const GraphWithUses& view) {
    return in_degree(node, view) + out_degree(node, view);
}
inline std::pair<const Edge*, const Edge*> edges(const GraphWithUses& view) {
    const auto uses = view.all_uses();
    return {uses.data(), uses.data() + uses.size()};
}
inline std::size_t num_edges(const GraphWithUses& view) { return view.all_uses().size(); }
///@}

}  // namespace revolute

namespace boost {

template <>
struct graph_traits<revolute::Graph> : revolute::boost_graph::Traits {
    using traversal_category = revolute::boost_graph::GraphTraversal;
    using in_edge_iterator = void;
    using edge_iterator = void;
};

template <>
struct graph_traits<revolute::GraphWithUses> : revolute::boost_graph::Traits {
    using traversal_category = revolute::boost_graph::GraphWithUsesTraversal;
    using in_edge_iterator = const revolute::Edge*;
    using edge_iterator = const revolute::Edge*;
};

template <>
struct property_map<revolute::Graph, vertex_index_t> {
    using type = revolute::boost_graph::IndexMap;
    using const_type = type;
};

template <>
struct property_map<revolute::GraphWithUses, vertex_index_t> {
    using type = revolute::boost_graph::IndexMap;
    using const_type = type;
};

}  // namespace boost
