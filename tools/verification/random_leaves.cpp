#include <revolute/graph/leaf.hpp>
#include <revolute/graph/uses.hpp>
#include <revolute/tools/support/random.hpp>
#include <revolute/tools/verification/random_leaves.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace revolute {

namespace {

/// How many indices there are that an operand may have: of the sizes of the operator's example, and
/// of its attributes, the one that is one more than the largest index.
std::optional<int> number_of_indices(const Graph& graph, Edge use) {
    const Op& op = graph.op(use.user);
    const Example& example = op.example;
    if (use.slot >= example.domains.size() || !example.domains[use.slot].is_whole) return {};
    const double indices = example.domains[use.slot].high + 1;
    for (std::uint32_t i = 0; i < example.attribute_count; ++i)
        if (example.attributes[i] == indices)
            return static_cast<int>(graph.attributes(use.user)[i]);
    for (std::uint32_t slot = 0; slot < graph.operand_count(use.user); ++slot) {
        const Shape shape = graph.shape(graph.operand(use.user, slot));
        if (slot == use.slot || slot >= example.operands.size()) continue;
        if (example.operands[slot].rows == indices) return shape.rows;
        if (example.operands[slot].columns == indices) return shape.columns;
    }
    return static_cast<int>(indices);
}

/// Draws one leaf after another.
class Drawing {
 public:
    Drawing(const Graph& graph, std::uint64_t seed) : uses_(graph), random_(seed) {}

    void draw(Expr leaf) {
        const Shape shape = leaf.shape();
        std::optional<int> indices;
        for (const Edge use : uses_.uses(leaf.id))
            if (const auto number = number_of_indices(uses_.graph(), use))
                indices = indices ? std::min(*indices, *number) : *number;
        if (indices) {
            Matrix value = random_.matrix(shape, 0, *indices);
            for (double& entry : value.values()) entry = std::floor(entry);
            values_.bind(leaf, std::move(value));
            return;
        }
        const bool is_weight = &leaf.graph->op(leaf.id) == &parameter_op && shape.columns > 1;
        const double bound = is_weight ? 1.5 / std::sqrt(shape.columns) : 1;
        values_.bind(leaf, random_.matrix(shape, -bound, bound));
    }

    Bindings take() { return std::move(values_); }

 private:
    GraphWithUses uses_;
    Random random_;
    Bindings values_;
};

}  // namespace

Bindings random_leaves(const TextNet& net, std::uint64_t seed) {
    const Graph* graph = net.loss.graph;
    for (const auto* list : {&net.trained, &net.given, &net.targets, &net.initial})
        for (const NetValue& leaf : *list) graph = leaf.value.graph;
    for (const NetSequence& input : net.inputs) graph = input.values.front().graph;
    if (graph == nullptr) return {};
    Drawing drawing(*graph, seed);
    for (const auto* list : {&net.trained, &net.given, &net.targets, &net.initial})
        for (const NetValue& leaf : *list) drawing.draw(leaf.value);
    for (const NetSequence& input : net.inputs)
        for (const Expr& leaf : input.values) drawing.draw(leaf);
    return drawing.take();
}

}  // namespace revolute
