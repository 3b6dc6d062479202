#include <revolute/graph/notation/labels.hpp>
#include <revolute/tools/figures/building/figure_builder.hpp>
#include <revolute/tools/figures/finite_report.hpp>
#include <revolute/tools/figures/render.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

constexpr std::size_t most_drawn_whole = 120;  // nodes
constexpr int levels_above = 3;

/// The ids near the node: itself, its users, and what it depends on over a few operators.
std::vector<bool> neighbourhood(const Graph& graph, std::span<const NodeId> walk, NodeId node) {
    const bool is_small = walk.size() <= most_drawn_whole;
    std::vector<bool> is_near(graph.size(), is_small);
    if (is_small) return is_near;
    is_near[index(node)] = true;
    std::vector<NodeId> level{node};
    for (int i = 0; i < levels_above; ++i) {
        std::vector<NodeId> above;
        for (const NodeId below : level)
            for (const NodeId operand : graph.operands(below))
                if (!is_near[index(operand)]) {
                    is_near[index(operand)] = true;
                    above.push_back(operand);
                }
        level = std::move(above);
    }
    for (const NodeId user : walk)
        if (std::ranges::count(graph.operands(user), node) > 0) is_near[index(user)] = true;
    return is_near;
}

/// "Not finite: matmul in step t = 3, which is dh[2]".
std::string title(const Derivative& derivative, NodeId node) {
    const Graph& graph = *derivative.loss().graph;
    const auto step = graph.step(node);
    const std::string name = Labels(derivative)(node);
    return fmt::format("Not finite: {}{}{}{}", graph.op(node).name,
                       step ? " in step " + to_string(*step) : "",
                       name.empty() ? "" : ", which is ", name);
}

std::string_view pass_of(const Derivative& derivative, NodeId node) {
    if (index(node) <= index(derivative.loss().id)) return "in the forward pass";
    const bool is_backward = std::ranges::any_of(
        derivative.gradients(), [&](Expr d) { return index(node) <= index(d.id); });
    return is_backward ? "in the backward pass" : "made of the gradients";
}

std::string findings(const Derivative& derivative, NodeId node) {
    const std::string name = Labels(derivative)(node);
    return fmt::format("  it is {}{}{}", name, name.empty() ? "" : ", ", pass_of(derivative, node));
}

/// Draws the figure and says where it is; what is in the way of that must not hide what was found.
std::string draw(const Derivative& derivative, std::span<const Expr> outputs,
                 const NonFiniteError& error, const std::filesystem::path& figure) {
    try {
        write_figure(figure, finite_figure(derivative, outputs, error));
        return fmt::format("{} shows it in red", figure.string());
    } catch (const std::exception& obstacle) {
        return fmt::format("it was not drawn: {}", obstacle.what());
    }
}

}  // namespace

Figure finite_figure(const Derivative& derivative, std::span<const Expr> outputs,
                     const NonFiniteError& error) {
    FigureOptions options;
    options.title = title(derivative, error.node());
    FigureBuilder builder(outputs, &derivative, options);
    const Graph& graph = builder.graph();
    const std::vector<bool> is_near = neighbourhood(graph, builder.walk(), error.node());
    const bool has_forward = std::ranges::any_of(builder.walk(), [&](NodeId node) {
        return is_near[index(node)] && builder.is_forward(node);
    });
    for (const NodeId node : builder.walk()) {
        if (!is_near[index(node)]) continue;
        builder.draw(node, has_forward && !builder.is_forward(node) ? 1 : 0);
        for (const NodeId operand : graph.operands(node))
            if (is_near[index(operand)]) builder.connect(operand, node);
    }
    builder.mark(error.node());
    builder.say(error.node(), ", " + to_string(error.values()));
    for (std::uint32_t slot = 0; slot < error.operands().size(); ++slot) {
        const NodeId operand = graph.operand(error.node(), slot);
        const bool is_first = std::ranges::find(graph.operands(error.node()), operand) -
                                  graph.operands(error.node()).begin() ==
                              slot;
        if (is_first) builder.say(operand, ", " + to_string(error.operands()[slot]));
    }
    return builder.finish();
}

void DrawNotFinite::operator()(const Derivative& derivative, std::span<const Expr> outputs,
                               const NonFiniteError& error) const {
    throw NonFiniteError(
        fmt::format("{}\n{}\n  {}", error.what(), findings(derivative, error.node()),
                    draw(derivative, outputs, error, figure)),
        error.node(), error.values(), {error.operands().begin(), error.operands().end()});
}

std::vector<Matrix> evaluate_finite(const Derivative& derivative, std::span<const Expr> outputs,
                                    const Bindings& values, const std::filesystem::path& figure) {
    try {
        return evaluate(outputs, values, check_finite);
    } catch (const NonFiniteError& error) {
        DrawNotFinite{figure}(derivative, outputs, error);
    }
}

}  // namespace revolute
