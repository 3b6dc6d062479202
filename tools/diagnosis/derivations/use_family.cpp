#include <revolute/graph/notation/notation.hpp>
#include <revolute/tools/diagnosis/derivations/use_family.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace revolute {

namespace {

/// A longer formula, a sum over all steps, is written as an ellipsis.
constexpr std::size_t longest_formula = 200;

/// Names and formulas of nodes as their users see them.
class RelativeFormulas {
 public:
    RelativeFormulas(const Graph& graph, std::uint32_t end) : graph_(graph) {
        for (std::uint32_t i = 0; i < end; ++i) {
            Formula own =
                revolute::formula(graph, NodeId{i}, Notation::text, [&](std::uint32_t slot) {
                    return seen(graph.operand(NodeId{i}, slot), NodeId{i});
                });
            if (own.text.size() > longest_formula) own = {"...", Precedence::atom};
            formulas_.push_back(std::move(own));
        }
    }

    const std::string& formula(NodeId node) const { return formulas_[index(node)].text; }

    /// What the node is called in the formula of `from`.
    Formula seen(NodeId node, NodeId from) const {
        const std::string_view name = graph_.name(node);
        if (name.empty()) {
            const bool is_spread = graph_.op(node).role == Role::broadcast;
            return is_spread ? seen(graph_.operand(node, 0), from) : formulas_[index(node)];
        }
        const auto step = graph_.step(node), here = graph_.step(from);
        if (!step || !here) return {graph_.label(node), Precedence::atom};
        const int distance = step->t - here->t;
        return {
            distance == 0 ? fmt::format("{}[t]", name) : fmt::format("{}[t{:+}]", name, distance),
            Precedence::atom};
    }

 private:
    const Graph& graph_;
    std::vector<Formula> formulas_;  // by id
};

}  // namespace

std::string UseFamily::described() const {
    return consumer == formula ? formula : fmt::format("{} = {}", consumer, formula);
}

std::vector<UseFamily> use_families(const BackwardWalk& walk) {
    const Graph& graph = walk.graph();
    const RelativeFormulas formulas(graph, index(walk.uses().back().consumer) + 1);
    std::vector<UseFamily> families;
    std::map<std::string, std::size_t> numbers;
    for (auto use = walk.uses().rbegin(); use != walk.uses().rend(); ++use) {
        const NodeId consumer = use->consumer;
        if (!graph.depends_on_time(consumer)) continue;
        UseFamily family;
        family.consumer = formulas.seen(consumer, consumer).text;
        family.formula = formulas.formula(consumer);
        const std::string key = fmt::format("{} {}", use->slot, family.described());
        const auto [place, is_new] = numbers.try_emplace(key, families.size());
        if (is_new) {
            for (const NodeId operand : graph.operands(consumer))
                family.operands.push_back(formulas.seen(operand, consumer).text);
            family.operand = family.operands[use->slot];
            families.push_back(std::move(family));
        }
        families[place->second].uses.push_back(*use);
    }
    for (UseFamily& family : families) std::ranges::reverse(family.uses);
    return families;
}

}  // namespace revolute
