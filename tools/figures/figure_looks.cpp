#include <revolute/tools/figures/figure_looks.hpp>

#include <algorithm>

namespace revolute {

NodeLooks looks_of(const FigureNode& node) {
    if (node.is_marked) return {"#E02424", "#7F1D1D", "#FFFFFF"};
    switch (node.kind) {
        case NodeKind::parameter:
            return {"#DCE9F7", "#2B6CB0", "#1A202C", false};
        case NodeKind::input:
            return {"", "", "#1A202C"};
        case NodeKind::initial_state:
            return {"", "", "#1A202C"};
        case NodeKind::constant:
            return {"", "", "#4A5568", true, small_text_size};
        case NodeKind::operation:
            return {"#FFFFFF", "#333333", "#1A202C"};
        case NodeKind::state:
            return {"#FCE8C8", "#B7791F", "#1A202C"};
        case NodeKind::loss:
            return {"#F8D7DA", "#B02A37", "#1A202C"};
        case NodeKind::adjoint:
            return {"#FBEAEA", "#9B2C2C", "#1A202C"};
        case NodeKind::accumulate:
            return {"#DCE9F7", "#2B6CB0", "#1A202C", false};
        case NodeKind::saved:
            return {"#F1F1EE", "#C4C4BF", "#4A5568"};
        case NodeKind::omitted:
            return {"", "", "#4A5568"};
    }
    return {};
}

EdgeLooks looks_of(const Figure& figure, const FigureEdge& edge) {
    const bool is_of_steps = edge.kind == EdgeKind::data || edge.kind == EdgeKind::carried;
    if (edge.is_from_other_step && is_of_steps) return {"#B7791F", true, "1.1", "0.6"};
    const bool from_constant = figure.nodes[edge.from].kind == NodeKind::constant;
    switch (edge.kind) {
        case EdgeKind::data:
            return {"#444444", false, "0.9", "0.6"};
        case EdgeKind::carried:
            return {"#444444", false, "0.9", "0.6"};
        case EdgeKind::fan_out:
            if (from_constant) return {"#A0A09A", true, "0.7", "0.45"};
            return {"#2B6CB0", true, "0.8", "0.45"};
        case EdgeKind::sum:
            return {"#2B6CB0", false, "0.8", "0.45"};
        case EdgeKind::saved:
            return {"#8A8A84", true, "0.7", "0.45"};
        case EdgeKind::shared_derivative:
        case EdgeKind::derivative:
            return {"#9B2C2C", edge.is_from_other_step, "0.9", "0.6"};
    }
    return {};
}

int node_width(const FigureNode& node) {
    const int text = text_width(node.label, looks_of(node).text_size);
    const bool is_plain = looks_of(node).border.empty();
    return is_plain ? std::max(text + 6, 18) : std::max(text + 16, 36);
}

}  // namespace revolute
