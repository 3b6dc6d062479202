#pragma once

/// @file
/// The shapes that formulas in figures have as they are read.

#include <revolute/graph/graph.hpp>

#include <vector>

namespace revolute {

/// The shapes that formulas have as they are read. A repeated vector is written like the vector
/// where it is added to columns or multiplied with them entry by entry: W x + b. So is what is made
/// of it alone, as U h in W x + U h. Nowhere else: a transpose, a product, or a formula that stands
/// by itself has the shape of its value.
class TextShapes {
 public:
    /// Of the nodes of the graph, which must outlive it.
    explicit TextShapes(const Graph& graph)
        : graph_(graph), shapes_(graph.size()), agree_(graph.size()) {}

    /// A value that is written as one thing, such as a name, of a shape.
    void add(NodeId node, Shape shape) {
        shapes_[index(node)] = shape;
        agree_[index(node)] = true;
    }
    /// A value that is written by its formula. Its operands were added before.
    void add_formula(NodeId node);
    /// The same, where a repeated vector is not written like the vector.
    void add_whole_formula(NodeId node);

    /// Where the node is written as short as it may be.
    Shape operator()(NodeId node) const { return shapes_[index(node)]; }
    /// Whether the node is written in one way wherever it stands.
    bool is_whole(NodeId node) const { return (*this)(node) == graph_.shape(node); }
    /// Whether the formula of a node, in its own shape where `whole` says so, has its operands in
    /// theirs.
    bool has_whole_operands(NodeId node, bool whole) const {
        return !agree_[index(node)] || (whole && !is_whole(node));
    }

 private:
    bool agree_entry_by_entry(NodeId node);
    bool agree_in_product(NodeId node);

    const Graph& graph_;
    std::vector<Shape> shapes_;  // by id
    std::vector<bool> agree_;    // by id: whether operands as they are read make the formula
};

}  // namespace revolute
