#include <revolute/graph/structure.hpp>

#include <vector>

namespace revolute {

/// Copies nodes from one graph to the end of another, with all that the store knows of them.
class NodeCopier {
 public:
    NodeCopier(const Graph& from, Graph& to) : from_(from), to_(to), copies_(from.size()) {}

    /// Copies a node whose operands are copied.
    void copy(NodeId node) {
        const NodeId copied = copy_unnamed(node);
        if (const std::string_view name = from_.name(node); !name.empty())
            to_.set_name(copied, name);
        for (const std::string_view alias : from_.aliases(node)) to_.set_name(copied, alias);
        copies_[index(node)] = copied;
    }

    const std::vector<std::optional<NodeId>>& copies() const { return copies_; }

 private:
    NodeId copy_unnamed(NodeId node) {
        const Scope as_it_was(to_, Graph::Context{step(node), source(node)});
        if (from_.operand_count(node) == 0) return copy_leaf(node);
        std::vector<NodeId> operands;
        for (const NodeId operand : from_.operands(node))
            operands.push_back(*copies_[index(operand)]);
        return to_.append(from_.op(node), operands, from_.attributes(node), {}).id;
    }

    /// Leaves keep their own step instead of being given that of the open scope by their kind.
    NodeId copy_leaf(NodeId node) {
        const Op& op = from_.op(node);
        if (!op.has_identity) return to_.append(op, {}, from_.attributes(node), {}).id;
        const std::uint32_t kind = to_.intern_kind(op, from_.shape(node), from_.attributes(node));
        return to_.push({kind, 0, to_.context_.step, to_.context_.source}, {});
    }

    std::uint32_t step(NodeId node) {
        const auto at = from_.step(node);
        return at ? to_.append_step(*at) : Graph::none;
    }

    std::uint32_t source(NodeId node) {
        const std::uint32_t number = from_.nodes_[index(node)].source;
        if (number == Graph::none) return Graph::none;
        Graph::Source source = from_.sources_[number];
        if (source.file != Graph::adjoint_mark) {
            source.file = to_.intern_string(from_.strings_[source.file]);
        } else {
            // The node whose rule made this one may be left behind: then nothing is known.
            const auto& copied = copies_[source.line];
            if (!copied) return Graph::none;
            source.line = index(*copied);
        }
        return to_.intern_source(source);
    }

    const Graph& from_;
    Graph& to_;
    std::vector<std::optional<NodeId>> copies_;
};

Extracted extract(std::span<const Expr> outputs, Graph& destination) {
    const Graph& graph = common_graph("extract", outputs);
    if (&graph == &destination)
        throw GraphError("extract: the destination must not be the graph that is extracted from");
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    NodeCopier copier(graph, destination);
    for (std::uint32_t i = 0; i < needed.size(); ++i)
        if (needed[i]) copier.copy(NodeId{i});
    Extracted result{{}, copier.copies()};
    for (const Expr& output : outputs)
        result.outputs.push_back(destination.at(*result.copies[index(output.id)]));
    return result;
}

}  // namespace revolute
