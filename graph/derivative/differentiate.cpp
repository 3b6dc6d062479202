#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
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
        result_.links_.reserve(graph.operand_total());
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
        result_.index_adjoints();
        return std::move(result_);
    }

 private:
    std::optional<Expr> sum_of_terms(NodeId node) {
        const Scope scope = Scope::adjoint_of(graph_.at(node));
        if (node == result_.loss_.id) return graph_.constant(1.0);
        summands_.clear();
        for (std::uint32_t link = result_.terms_[index(node)].first; link != Derivative::nothing;
             link = result_.links_[link].next)
            summands_.push_back(graph_.at(result_.links_[link].value));
        if (summands_.empty()) return std::nullopt;
        if (summands_.size() == 1) return summands_.front();
        return accumulate(summands_);
    }

    void add_terms(NodeId node, Expr y_bar) {
        const Scope scope = Scope::adjoint_of(graph_.at(node));
        for (std::uint32_t slot = 0; slot < graph_.operand_count(node); ++slot) {
            // By index: a rule appends, which moves the operand array.
            const NodeId operand = graph_.operand(node, slot);
            if (!active_[index(operand)] || !carries_derivative(graph_, node, slot)) continue;
            std::optional<Scope> in_step;
            if (const auto step = step_of_term(graph_, node, operand))
                in_step.emplace(graph_, *step);
            const Expr term = pull_back({{graph_.at(node), slot}, y_bar});
            result_.add_term(term.id, node, slot, operand);
        }
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

Derivative differentiate(Expr loss, Expr variable, Unreachable unreachable) {
    return differentiate(loss, std::span(&variable, 1), unreachable);
}

}  // namespace revolute
