#include "support/bindings.hpp"

#include "support/random_graph.hpp"
#include <revolute/graph/leaf.hpp>

namespace revolute::test {

Bindings random_values(Graph& graph, std::uint32_t seed) {
    Random random(seed);
    Bindings values;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const Expr leaf = graph.at(NodeId{i}); is_given(graph.op(leaf.id)))
            values.bind(leaf, random.matrix(leaf.shape()));
    return values;
}

Bindings carried_over(const Bindings& values, Graph& graph,
                      std::span<const std::optional<NodeId>> images, Graph& there) {
    Bindings result;
    for (std::uint32_t i = 0; i < images.size(); ++i)
        if (const Matrix* value = values.find(graph.at(NodeId{i})); value && images[i])
            result.bind(there.at(*images[i]), *value);
    return result;
}

}  // namespace revolute::test
