#include <revolute/graph/labels.hpp>

#include <fmt/format.h>

namespace revolute {

// A node can be the adjoint of several: an add passes its adjoint on. The named one, else the last
// made, stands for them.
std::optional<Expr> Labels::primal(NodeId node) const {
    for (const Derivative* derivative : derivatives_) {
        const std::vector<Expr> of = derivative->adjoint_of({derivative->loss().graph, node});
        if (of.empty()) continue;
        for (std::size_t i = of.size(); i-- > 0;)
            if (!name(of[i].id).empty()) return of[i];
        return of.back();
    }
    return std::nullopt;
}

std::string Labels::name(NodeId node) const {
    std::string own(graph_->name(node));
    if (!own.empty()) return own;
    const auto of = primal(node);
    if (!of) return {};
    const std::string value = name(of->id);
    return value.empty() ? value : fmt::format("d{}", value);
}

std::optional<Step> Labels::step(NodeId node) const {
    if (graph_->name(node).empty())
        if (const auto of = primal(node)) return step(of->id);
    return graph_->step(node);
}

std::string Labels::operator()(NodeId node) const {
    std::string text = name(node);
    if (text.empty()) return text;
    if (const auto at = step(node)) text += subscript(*at);
    return text;
}

}  // namespace revolute
