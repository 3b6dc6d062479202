#pragma once

#include <revolute/graph/graph.hpp>

#include <optional>
#include <vector>

namespace revolute::detail {

/// Appends nodes of one graph to another one, with all that the store knows of them, and keeps what
/// became of each: its image, which need not be its copy.
class NodeCopier {
 public:
    NodeCopier(const Graph& from, Graph& to);

    /// While it lives, what is appended to the destination gets the step and the source of `node`.
    Scope scope_of(NodeId node);
    /// The copy of a node whose operands have images, without its names; made in its scope.
    NodeId copy(NodeId node);
    /// Says what became of the node, and hands its names on: to an image that has one as aliases,
    /// to a constant not at all.
    void set_image(NodeId node, NodeId image);

    NodeId image(NodeId node) const { return *images_[index(node)]; }
    const std::vector<std::optional<NodeId>>& images() const { return images_; }

 private:
    NodeId copy_leaf(NodeId node);
    std::uint32_t step(NodeId node);
    std::uint32_t source(NodeId node);

    const Graph& from_;
    Graph& to_;
    std::vector<std::optional<NodeId>> images_;
    std::vector<NodeId> operands_;
};

}  // namespace revolute::detail
