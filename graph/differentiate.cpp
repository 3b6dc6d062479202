#include <revolute/graph/derivative_rule.hpp>
#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

class ReversePass {
 public:
    ReversePass(Graph& graph, Expr loss, std::span<const Expr> variables)
        : graph_(graph),
          end_(index(loss.id) + 1),
          active_(differentiable_nodes(graph, variables, end_)) {
        result_.loss_ = loss;
        result_.variables_.assign(variables.begin(), variables.end());
        result_.terms_.assign(end_, {Derivative::nothing, Derivative::nothing});
        result_.adjoints_.assign(end_, NodeId{Derivative::nothing});
    }

    Derivative run(Unreachable unreachable) {
        for (std::uint32_t i = end_; i-- > 0;) {  // ids are a topological order: users come last
            if (!active_[i]) continue;
            const std::optional<Expr> y_bar = sum_of_terms(NodeId{i});
            if (!y_bar) continue;
            result_.adjoints_[i] = y_bar->id;
            add_terms(NodeId{i}, *y_bar);
        }
        for (const Expr& variable : result_.variables_)
            result_.gradients_.push_back(gradient(variable, unreachable));
        index_adjoints();
        return std::move(result_);
    }

 private:
    std::optional<Expr> sum_of_terms(NodeId node) {
        if (node == result_.loss_.id) return graph_.constant(1.0);
        summands_.clear();
        for (std::uint32_t link = result_.terms_[index(node)].first; link != Derivative::nothing;
             link = result_.links_[link].next)
            summands_.push_back(graph_.at(result_.links_[link].value));
        if (summands_.empty()) return std::nullopt;
        if (summands_.size() == 1) return summands_.front();
        const Scope scope = Scope::adjoint_of(graph_.at(node));
        return accumulate(summands_);
    }

    void add_terms(NodeId node, Expr y_bar) {
        const Scope scope = Scope::adjoint_of(graph_.at(node));
        for (std::uint32_t slot = 0; slot < graph_.operand_count(node); ++slot) {
            // By index: a rule appends, which moves the operand array.
            const NodeId operand = graph_.operand(node, slot);
            if (!active_[index(operand)] || !carries_derivative(graph_, node, slot)) continue;
            const Expr term = pull_back({{graph_.at(node), slot}, y_bar});
            add_term(operand, {term.id, node, slot, Derivative::nothing});
        }
    }

    void add_term(NodeId operand, Derivative::Link link) {
        const auto number = static_cast<std::uint32_t>(result_.links_.size());
        Derivative::List& list = result_.terms_[index(operand)];
        (list.first == Derivative::nothing ? list.first : result_.links_[list.last].next) = number;
        list.last = number;
        result_.links_.push_back(link);
    }

    Expr gradient(Expr variable, Unreachable unreachable) {
        if (const auto found = result_.find(variable)) return graph_.at(*found);
        if (unreachable == Unreachable::error)
            throw DerivativeError(
                fmt::format("differentiate: the loss does not depend on {}\n  loss is {}\n  pass "
                            "Unreachable::zeros to get a gradient of zeros",
                            graph_.describe(variable.id), graph_.describe(result_.loss_.id)));
        return graph_.constant(0.0, variable.shape());
    }

    void index_adjoints() {
        for (std::uint32_t i = 0; i < end_; ++i)
            if (result_.adjoints_[i] != NodeId{Derivative::nothing})
                result_.adjoint_of_.emplace_back(result_.adjoints_[i], NodeId{i});
        std::ranges::sort(result_.adjoint_of_);
    }

    Graph& graph_;
    std::uint32_t end_;
    std::vector<bool> active_;  // a node is active when a variable reaches it
    std::vector<Expr> summands_;
    Derivative result_;
};

Derivative differentiate(Expr loss, std::span<const Expr> variables, Unreachable unreachable) {
    std::vector<Expr> all(variables.begin(), variables.end());
    all.push_back(loss);
    Graph& graph = common_graph("differentiate", all);
    if (!loss.shape().is_scalar())
        throw ShapeError(
            fmt::format("differentiate: the loss must be [1 x 1]\n  loss is {}\n  use "
                        "sum(...) to make one number of it",
                        graph.describe(loss.id)));
    return ReversePass(graph, loss, variables).run(unreachable);
}

Derivative differentiate(Expr loss, std::initializer_list<Expr> variables,
                         Unreachable unreachable) {
    return differentiate(loss, std::span(variables.begin(), variables.size()), unreachable);
}

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

}  // namespace revolute
