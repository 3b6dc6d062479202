#include <revolute/graph/labels.hpp>
#include <revolute/graph/leaf.hpp>

#include <fmt/format.h>

namespace revolute {

// A node can be the adjoint of several: an add passes its adjoint on. The named one, else the last
// made, stands for them.
std::optional<Expr> Labels::primal(NodeId node, std::size_t& count) const {
    while (count-- > 0) {
        const Derivative& derivative = *derivatives_[count];
        const std::vector<Expr> of = derivative.adjoint_of({derivative.loss().graph, node});
        if (of.empty()) continue;
        for (std::size_t i = of.size(); i-- > 0;)
            if (!name(of[i].id, count).empty()) return of[i];
        return of.back();
    }
    return std::nullopt;
}

std::string Labels::name(NodeId node, std::size_t count) const {
    std::string own(graph_->name(node));
    if (!own.empty()) return own;
    const auto of = primal(node, count);
    if (!of) return {};
    const std::string value = name(of->id, count);
    return value.empty() ? value : fmt::format("d{}", value);
}

std::optional<Step> Labels::step(NodeId node, std::size_t count) const {
    if (graph_->name(node).empty())
        if (const auto of = primal(node, count)) return step(of->id, count);
    return graph_->step(node);
}

std::vector<Expr> Labels::other_leaves(NodeId node) const {
    std::vector<Expr> others;
    std::size_t count = derivatives_.size();
    const auto named_after = primal(node, count);
    if (!named_after || !graph_->name(node).empty()) return others;
    const Derivative& derivative = *derivatives_[count];
    for (const Expr& of : derivative.adjoint_of({derivative.loss().graph, node}))
        if (is_given(graph_->op(of.id)) && of != named_after) others.push_back(of);
    return others;
}

std::string Labels::operator()(NodeId node) const {
    std::string text = name(node);
    if (text.empty()) return text;
    if (const auto at = step(node)) text += subscript(*at);
    return text;
}

}  // namespace revolute
