#include <revolute/tools/figures/building/figure_builder.hpp>
#include <revolute/tools/figures/figure.hpp>

namespace revolute {

namespace {

void connect_operands(FigureBuilder& builder, NodeId user) {
    const Graph& graph = builder.graph();
    for (std::uint32_t slot = 0; slot < graph.operand_count(user); ++slot)
        builder.connect(graph.operand(user, slot), user);
}

/// By id, what is an operand of the users of a walk that `counts` takes.
template <class Counts>
std::vector<bool> operands_of(const FigureBuilder& builder, const Counts& counts) {
    std::vector<bool> is_read(builder.graph().size());
    for (const NodeId user : builder.walk())
        if (counts(user))
            for (const NodeId operand : builder.graph().operands(user))
                is_read[index(operand)] = true;
    return is_read;
}

}  // namespace

Figure forward(std::span<const Expr> outputs, const FigureOptions& options) {
    FigureBuilder builder(outputs, nullptr, options);
    for (const NodeId node : builder.walk()) {
        builder.draw(node);
        connect_operands(builder, node);
    }
    return builder.finish();
}

Figure forward(Expr output, const FigureOptions& options) {
    return forward(std::span(&output, 1), options);
}

Figure backward(const Derivative& derivative, const FigureOptions& options) {
    FigureBuilder builder(derivative.gradients(), &derivative, options);
    const std::vector<bool> is_read =
        operands_of(builder, [&](NodeId user) { return !builder.is_forward(user); });
    for (const NodeId node : builder.walk()) {
        const bool is_saved = builder.is_forward(node);
        if (builder.is_gradient_alone(node, is_read)) continue;
        if (is_saved && !is_read[index(node)] && !builder.is_gradient(node)) continue;
        if (is_saved && builder.graph().operand_count(node) > 0) {
            builder.draw_saved(node);
            continue;
        }
        builder.draw(node);
        if (!is_saved) connect_operands(builder, node);
    }
    builder.draw_gradients();
    return builder.finish();
}

Figure joint(const Derivative& derivative, const FigureOptions& options) {
    FigureBuilder builder(derivative.loss_and_gradients(), &derivative, options);
    const std::vector<bool> is_read = operands_of(builder, [](NodeId) { return true; });
    for (const NodeId node : builder.walk()) {
        if (builder.is_gradient_alone(node, is_read)) continue;
        builder.draw(node, builder.is_forward(node) ? 0 : 1);
        connect_operands(builder, node);
    }
    builder.draw_gradients(1);
    return builder.finish();
}

}  // namespace revolute
