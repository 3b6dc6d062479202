#include <revolute/graph/detail/node_copier.hpp>
#include <revolute/graph/structure.hpp>

namespace revolute {

Extracted extract(std::span<const Expr> outputs, Graph& destination) {
    const Graph& graph = common_graph("extract", outputs);
    if (&graph == &destination)
        throw GraphError("extract: the destination must not be the graph that is extracted from");
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    detail::NodeCopier copier(graph, destination);
    for (std::uint32_t i = 0; i < needed.size(); ++i) {
        if (!needed[i]) continue;
        const Scope as_it_was = copier.scope_of(NodeId{i});
        copier.set_image(NodeId{i}, copier.copy(NodeId{i}));
    }
    Extracted result{{}, copier.images()};
    for (const Expr& output : outputs)
        result.outputs.push_back(destination.at(copier.image(output.id)));
    return result;
}

}  // namespace revolute
