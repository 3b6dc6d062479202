#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/labels.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

namespace revolute {

void Labels::add(const Derivative& derivative) {
    const NodeId loss = derivative.loss().id;
    derivatives_.push_back(&derivative);
    is_forward_.push_back(ancestors(*graph_, std::span(&loss, 1)));
}

// A node can be the adjoint of several: an add passes its adjoint on. The named one, else the last
// made, stands for them.
std::optional<Expr> Labels::primal(NodeId node, std::size_t& count) const {
    if (&graph_->op(node) == &constant_op) return std::nullopt;
    while (count-- > 0) {
        // A node made after the labels depends on nothing less.
        if (index(node) < is_forward_[count].size() && is_forward_[count][index(node)]) continue;
        const Derivative& derivative = *derivatives_[count];
        const std::vector<Expr> of = derivative.adjoint_of({derivative.loss().graph, node});
        if (of.empty()) continue;
        for (std::size_t i = of.size(); i-- > 0;)
            if (!name(of[i].id, count).empty()) return of[i];
        return of.back();
    }
    return std::nullopt;
}

Labels::Origin Labels::origin(NodeId node, std::size_t count) const {
    Origin origin{node, 0};
    while (graph_->name(origin.value).empty()) {
        const auto of = primal(origin.value, count);
        if (!of) break;
        origin = {of->id, origin.order + 1};
    }
    return origin;
}

std::string Labels::name(NodeId node, std::size_t count) const {
    const auto [value, order] = origin(node, count);
    const std::string_view own = graph_->name(value);
    return own.empty() ? std::string{} : fmt::format("{:d>{}}{}", "", order, own);
}

std::vector<Expr> Labels::other_values(NodeId node) const {
    std::vector<Expr> others;
    std::size_t count = derivatives_.size();
    const auto named_after = primal(node, count);
    if (!named_after || !graph_->name(node).empty()) return others;
    const Derivative& derivative = *derivatives_[count];
    for (const Expr& of : derivative.adjoint_of({derivative.loss().graph, node})) {
        const bool can_be_named = is_given(graph_->op(of.id)) || !name(of.id, count).empty();
        if (can_be_named && of != named_after) others.push_back(of);
    }
    return others;
}

std::string Labels::operator()(NodeId node) const {
    std::string text = name(node);
    if (text.empty()) return text;
    if (const auto at = step(node)) text += subscript(*at);
    return text;
}

}  // namespace revolute
