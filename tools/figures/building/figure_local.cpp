#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/figures/building/figure_builder.hpp>
#include <revolute/tools/figures/building/figure_factor.hpp>
#include <revolute/tools/figures/folding/figure_growth.hpp>

#include <fmt/format.h>

#include <vector>

namespace revolute {

namespace {

/// The view of local derivatives of one loss.
class LocalView {
 public:
    LocalView(const Derivative& derivative, const FigureOptions& options)
        : derivative_(derivative),
          loss_(derivative.loss()),
          graph_(*loss_.graph),
          builder_(std::span(&loss_, 1), &derivative, options),
          is_active_(graph_.size()),
          uses_(graph_.size()),
          passes_(graph_.size()),
          growth_(builder_.rolled(), builder_.steps(), builder_.numbers(), options),
          factors_(local_derivatives_of(graph_, builder_.captions())) {}

    Figure run() {
        find_active();
        find_passing();
        for (const NodeId node : builder_.walk())
            if (is_active(node) && !passes_[index(node)]) builder_.draw_name(node);
        const auto walk = builder_.walk();
        for (std::size_t i = walk.size(); i-- > 0;)
            if (builder_.is_drawn(walk[i])) connect(walk[i]);
        return builder_.finish();
    }

 private:
    bool is_active(NodeId node) const { return is_active_[index(node)]; }

    bool is_variable(NodeId node) const {
        for (const Expr& variable : derivative_.variables())
            if (variable.id == node) return true;
        return false;
    }

    /// The values that the reverse pass hands a derivative on to. Adjoints do not tell: those of a
    /// simplified graph may have become constants, or parts of others.
    void find_active() {
        const std::vector<bool> depends =
            differentiable_nodes(graph_, derivative_.variables(), index(loss_.id) + 1);
        is_active_[index(loss_.id)] = depends[index(loss_.id)];
        const auto walk = builder_.walk();
        for (std::size_t i = walk.size(); i-- > 0;)
            for (std::uint32_t slot = 0; slot < graph_.operand_count(walk[i]); ++slot) {
                const NodeId operand = graph_.operand(walk[i], slot);
                if (is_active(walk[i]) && depends[index(operand)] &&
                    carries_derivative(graph_, walk[i], slot))
                    is_active_[index(operand)] = true;
            }
    }

    /// Values that are not drawn: edges go through.
    void find_passing() {
        for (const NodeId node : builder_.walk())
            if (is_active(node))
                for (const NodeId operand : graph_.operands(node)) ++uses_[index(operand)];
        for (const NodeId node : builder_.walk()) {
            if (!is_active(node)) continue;
            for (std::uint32_t slot = 0; slot < graph_.operand_count(node); ++slot) {
                const NodeId operand = graph_.operand(node, slot);
                const bool may_pass = uses_[index(operand)] == 1 && graph_.name(operand).empty() &&
                                      graph_.operand_count(operand) > 0 && !is_variable(operand);
                if (may_pass && is_active(operand))
                    passes_[index(operand)] =
                        factors_(node, slot).form == LocalDerivative::Form::identity &&
                        growth_.numbers_in(factors_, node, slot);
            }
        }
    }

    /// Edges from a drawn value to the drawn values that its adjoint is handed on to.
    void connect(NodeId node) {
        std::vector<NodeId> through{node};
        while (!through.empty()) {
            const NodeId at = through.back();
            through.pop_back();
            for (std::uint32_t slot = 0; slot < graph_.operand_count(at); ++slot) {
                const NodeId operand = graph_.operand(at, slot);
                if (!is_active(operand)) continue;
                if (passes_[index(operand)])
                    through.push_back(operand);
                else if (const auto local = factors_(at, slot); !local.is_nothing())
                    connect(node, at, slot, local);
            }
        }
    }

    void connect(NodeId node, NodeId at, std::uint32_t slot, const LocalDerivative& local) {
        const auto numbers = growth_.numbers_in(factors_, at, slot);
        if (!numbers)
            throw GraphError(
                fmt::format("figure: a local derivative that follows no known law of the number of "
                            "steps is not folded\n"
                            "  it is that of {}\n  draw it with all steps, or another view",
                            graph_.describe(at)));
        RichText label = written_factor(local, graph_, at, slot, builder_.captions(), *numbers);
        std::vector<NodeId> values;
        for (const std::optional<NodeId> value : local.originals)
            if (value) values.push_back(*value);
        builder_.connect_derivative(node, graph_.operand(at, slot), std::move(label), values);
    }

    const Derivative& derivative_;
    Expr loss_;
    Graph& graph_;
    FigureBuilder builder_;
    std::vector<bool> is_active_;      // by id
    std::vector<std::uint32_t> uses_;  // by id: operand slots of active nodes
    std::vector<bool> passes_;         // by id
    FigureGrowth growth_;
    LocalDerivatives factors_;
};

}  // namespace

Figure local_derivatives(const Derivative& derivative, const FigureOptions& options) {
    return LocalView(derivative, options).run();
}

}  // namespace revolute
