#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>

#include <fmt/format.h>

#include <algorithm>

// What a reverse pass found: looking it up, and carrying it over to another graph.

namespace revolute {

namespace {

/// Marks the values that became one with an operand, to which they hand on all of their adjoint, as
/// a + 0 does to a: that of the operand is the adjoint of what both became.
std::vector<bool> handed_on(const Derivative& from, std::span<const std::optional<NodeId>> images) {
    std::vector<bool> marks(images.size());
    for (std::uint32_t i = 0; i < images.size(); ++i) {
        if (!images[i]) continue;
        for (const auto& [value, consumer, slot] : from.terms(from.loss().graph->at(NodeId{i}))) {
            if (images[index(consumer.id)] != images[i] || !from.has_adjoint(consumer)) continue;
            const auto term = images[index(value.id)];
            if (term && term == images[index(from.adjoint(consumer).id)])
                marks[index(consumer.id)] = true;
        }
    }
    return marks;
}

}  // namespace

std::optional<NodeId> Derivative::find(Expr node) const {
    if (node.graph != loss_.graph || index(node.id) >= adjoints_.size()) return std::nullopt;
    const NodeId adjoint = adjoints_[index(node.id)];
    return adjoint == NodeId{nothing} ? std::nullopt : std::optional(adjoint);
}

Expr Derivative::operator[](Expr variable) const {
    const auto found = std::ranges::find(variables_, variable);
    if (found == variables_.end())
        throw DerivativeError(fmt::format("derivative: was not taken with respect to {}",
                                          variable.graph == nullptr
                                              ? "an empty expression"
                                              : variable.graph->describe(variable.id)));
    return gradients_[static_cast<std::size_t>(found - variables_.begin())];
}

Expr Derivative::adjoint(Expr node) const {
    if (const auto found = find(node)) return {loss_.graph, *found};
    throw DerivativeError(fmt::format(
        "derivative: has no adjoint for {}, which is on no path from a variable to the loss",
        node.graph == nullptr ? "an empty expression" : node.graph->describe(node.id)));
}

std::vector<Expr> Derivative::adjoint_of(Expr adjoint) const {
    std::vector<Expr> nodes;
    if (adjoint.graph != loss_.graph) return nodes;
    auto pair = std::ranges::lower_bound(adjoint_of_, std::pair(adjoint.id, NodeId{0}));
    for (; pair != adjoint_of_.end() && pair->first == adjoint.id; ++pair)
        nodes.push_back({loss_.graph, pair->second});
    return nodes;
}

std::vector<Term> Derivative::terms(Expr node) const {
    std::vector<Term> result;
    if (!has_adjoint(node)) return result;
    for (std::uint32_t i = terms_[index(node.id)].first; i != nothing; i = links_[i].next)
        result.push_back(
            {{loss_.graph, links_[i].value}, {loss_.graph, links_[i].consumer}, links_[i].slot});
    return result;
}

void Derivative::add_term(NodeId value, NodeId consumer, std::uint32_t slot, NodeId operand) {
    const auto number = static_cast<std::uint32_t>(links_.size());
    List& list = terms_[index(operand)];
    (list.first == nothing ? list.first : links_[list.last].next) = number;
    list.last = number;
    links_.push_back({value, consumer, slot, nothing});
}

void Derivative::index_adjoints() {
    adjoint_of_.reserve(adjoints_.size());
    // The last node's adjoint was made first: so the pairs are almost in order.
    for (auto i = static_cast<std::uint32_t>(adjoints_.size()); i-- > 0;)
        if (adjoints_[i] != NodeId{nothing}) adjoint_of_.emplace_back(adjoints_[i], NodeId{i});
    std::ranges::sort(adjoint_of_);
}

std::vector<Expr> Derivative::loss_and_gradients() const {
    std::vector<Expr> all{loss_};
    all.insert(all.end(), gradients_.begin(), gradients_.end());
    return all;
}

std::vector<Expr> Derivative::outputs() const {
    std::vector<Expr> all = loss_and_gradients();
    all.insert(all.end(), variables_.begin(), variables_.end());
    return all;
}

Derivative Derivative::carried_over(std::span<const std::optional<NodeId>> images,
                                    Graph& destination) const {
    const auto image = [&](Expr x) {
        if (const auto id = images[index(x.id)]) return destination.at(*id);
        throw DerivativeError(
            fmt::format("derivative: loss, gradients and variables must be carried over with it, "
                        "and one is not\n  it is {}",
                        loss_.graph->describe(x.id)));
    };
    Derivative there;
    there.loss_ = image(loss_);
    for (const Expr& variable : variables_) there.variables_.push_back(image(variable));
    for (const Expr& gradient : gradients_) there.gradients_.push_back(image(gradient));
    const bool has_loss = has_adjoint(loss_);
    const NodeId of_loss = has_loss ? destination.constant(1.0).id : NodeId{nothing};
    there.terms_.assign(destination.size(), {nothing, nothing});
    there.adjoints_.assign(destination.size(), NodeId{nothing});
    there.carry_adjoints(*this, images);
    there.adjoints_[index(there.loss_.id)] = of_loss;
    there.carry_terms(*this, images);
    there.index_adjoints();
    return there;
}

void Derivative::carry_adjoints(const Derivative& from,
                                std::span<const std::optional<NodeId>> images) {
    const Graph& graph = *loss_.graph;
    const std::vector<bool> is_handed_on = handed_on(from, images);
    std::vector<NodeId> ambiguous;
    for (std::uint32_t i = 0; i < from.adjoints_.size(); ++i) {
        if (!images[i] || from.adjoints_[i] == NodeId{nothing} || is_handed_on[i]) continue;
        if (&graph.op(*images[i]) == &constant_op) continue;  // no value of its own
        const std::optional<NodeId> adjoint = images[index(from.adjoints_[i])];
        NodeId& there = adjoints_[index(*images[i])];
        if (there == NodeId{nothing} && adjoint) there = *adjoint;
        if (there != adjoint) ambiguous.push_back(*images[i]);
    }
    for (const NodeId node : ambiguous) adjoints_[index(node)] = NodeId{nothing};
    // A variable is itself whatever became of others, and so is its gradient.
    for (std::size_t i = 0; i < variables_.size(); ++i)
        if (from.has_adjoint(from.variables_[i]))
            adjoints_[index(variables_[i].id)] = gradients_[i].id;
}

/// A term goes over where its consumer still reads the value in that slot.
void Derivative::carry_terms(const Derivative& from,
                             std::span<const std::optional<NodeId>> images) {
    const Graph& graph = *loss_.graph;
    for (std::uint32_t i = 0; i < from.terms_.size(); ++i) {
        for (std::uint32_t number = from.terms_[i].first; number != nothing;
             number = from.links_[number].next) {
            const Link& link = from.links_[number];
            const auto value = images[index(link.value)], consumer = images[index(link.consumer)];
            if (value && consumer && link.slot < graph.operand_count(*consumer) &&
                graph.operand(*consumer, link.slot) == images[i])
                add_term(*value, *consumer, link.slot, *images[i]);
        }
    }
}

}  // namespace revolute
