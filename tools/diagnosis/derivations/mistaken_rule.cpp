#include <revolute/ops/arithmetic.hpp>
#include <revolute/tools/diagnosis/derivations/detail/mistakes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace revolute {

namespace detail {

std::string formula_moved(std::string_view formula, int distance) {
    static const std::regex step(R"(\[(t?)([+-]?\d+)?\])");
    std::string result;
    const std::string text(formula);
    std::string::const_iterator behind = text.begin();
    for (std::sregex_iterator found(text.begin(), text.end(), step), end; found != end; ++found) {
        const std::smatch& match = *found;
        result.append(behind, match[0].first);
        behind = match[0].second;
        const int t = (match[2].matched ? std::stoi(match[2]) : 0) + distance;
        if (match[1].length() == 0)
            result += fmt::format("[{}]", t);
        else
            result += t == 0 ? "[t]" : fmt::format("[t{:+}]", t);
    }
    return result.append(behind, text.end());
}

bool is_parameter_spread(const Graph& graph, NodeId node) {
    while (graph.op(node).role == Role::broadcast) node = graph.operand(node, 0);
    return !graph.depends_on_time(node);
}

std::string term_words(const UseFamily& family) {
    return fmt::format("the term that {} adds to the adjoint of {}", family.described(),
                       family.operand);
}

}  // namespace detail

namespace {

/// What stands under the key, `distance` steps after the node.
template <class Key, class ByStep>
std::optional<Expr> later(const ByStep& nodes, Key key, Expr node, int distance) {
    const auto step = node.step();
    if (!step) return std::nullopt;
    const auto found = nodes.find({std::move(key), step->axis, step->t + distance});
    return found == nodes.end() ? std::nullopt : std::optional(Expr{node.graph, found->second});
}

/// Mistakes that any rule may have.
constexpr std::array any_mistakes{
    MistakenRule{
        .applies = [](const RuleSite&) { return true; },
        .factor = 0,
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format("{} is missing", detail::term_words(family));
            },
        .is_of_adjoints = true,
    },
    MistakenRule{
        .applies = [](const RuleSite&) { return true; },
        .factor = -1,
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format("{} has the wrong sign", detail::term_words(family));
            },
        .is_of_adjoints = true,
    },
    MistakenRule{
        .applies = [](const RuleSite&) { return true; },
        .factor = 2,
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format("{} is counted twice", detail::term_words(family));
            },
        .is_of_adjoints = true,
    },
};

}  // namespace

Neighbours::Neighbours(const RecurrentNet& net, std::span<const UseFamily> families)
    : graph_(*net.loss().graph) {
    for (std::size_t family = 0; family < families.size(); ++family)
        for (const Use& use : families[family].uses)
            if (const auto step = graph_.step(use.consumer))
                consumers_.emplace(std::tuple(family, step->axis, step->t), use.consumer);
    for (std::uint32_t i = 0; i < graph_.size(); ++i)
        if (const auto step = graph_.step(NodeId{i}); step && !graph_.name(NodeId{i}).empty())
            named_.emplace(std::tuple(graph_.name(NodeId{i}), step->axis, step->t), NodeId{i});
    for (const Layer& layer : net.layers)
        for (const Unrolled& direction : layer.directions)
            for (const State& state : direction.states)
                cells_.push_back(std::ranges::max_element(state, {}, &Expr::id)->id);
    std::ranges::sort(cells_);
    note_factors(net.loss().id);
    gates_.resize(cells_.size() + 1);
    for (std::uint32_t i = 0; i <= index(net.loss().id); ++i)
        if (detail::is_activation({graph_.at(NodeId{i}), 0}) && !graph_.name(NodeId{i}).empty())
            gates_[cell(NodeId{i})].push_back(NodeId{i});
}

/// The factor goes from a sum to the sums with a bias in it, which come later.
void Neighbours::note_beside(NodeId sum) {
    const auto operands = graph_.operands(sum);
    const auto above = beside_.find(sum);
    for (std::size_t slot = 0; slot < 2; ++slot) {
        const NodeId other = operands[1 - slot];
        if (above != beside_.end() && detail::is_parameter_spread(graph_, other))
            beside_[operands[slot]] = above->second;
        if (&graph_.op(other) != &hadamard_op) continue;
        for (const std::uint32_t gate : {0U, 1U})
            if (const RuleSite reset{graph_.at(other), gate};
                reset.input(0) != reset.input(1) && !graph_.name(reset.input().id).empty() &&
                detail::product_in(reset.input(1 - gate)))
                beside_[operands[slot]] = reset.input().id;
    }
}

/// Backwards, so that a sum with a bias has its factor before the product that it adds to.
void Neighbours::note_factors(NodeId last) {
    std::vector<std::uint32_t> readers(index(last) + 1);
    for (std::uint32_t i = index(last) + 1; i-- > 0;) {
        const NodeId node{i};
        const auto operands = graph_.operands(node);
        for (const NodeId operand : operands) ++readers[index(operand)];
        const auto step = graph_.step(node);
        if (operands.size() != 2 || !step) continue;
        if (graph_.op(node).role == Role::sum) note_beside(node);
        const auto above = factors_.find(node);
        for (std::size_t slot = 0; slot < 2; ++slot) {
            const NodeId other = operands[1 - slot];
            const Op& op = graph_.op(node);
            if (&op == &hadamard_op && graph_.step(other) == step && !graph_.name(other).empty())
                factors_[operands[slot]] = other;
            else if (op.role == Role::sum && above != factors_.end() &&
                     detail::is_parameter_spread(graph_, other))
                factors_[operands[slot]] = above->second;
        }
    }
    std::erase_if(factors_, [&](const auto& entry) { return readers[index(entry.first)] != 1; });
}

std::optional<Expr> Neighbours::factor(Expr product) const {
    const auto found = factors_.find(product.id);
    return found == factors_.end() ? std::nullopt : std::optional(graph_.at(found->second));
}

std::optional<Expr> Neighbours::factor_beside(Expr product) const {
    const auto found = beside_.find(product.id);
    return found == beside_.end() ? std::nullopt : std::optional(graph_.at(found->second));
}

std::size_t Neighbours::cell(NodeId node) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(cells_, node) - cells_.begin());
}

std::optional<Expr> Neighbours::gate(const RuleSite& site, std::size_t number) const {
    const std::vector<NodeId>& gates = gates_[cell(site.output.id)];
    return number < gates.size() ? std::optional(graph_.at(gates[number])) : std::nullopt;
}

std::optional<Expr> Neighbours::consumer(const RuleSite& site, std::size_t family,
                                         int distance) const {
    return later(consumers_, family, site.output, distance);
}

std::optional<Expr> Neighbours::named(Expr node, int distance) const {
    return later(named_, std::string(node.graph->name(node.id)), node, distance);
}

std::array<std::span<const MistakenRule>, 4> mistaken_rules() {
    return {detail::mistaken_activations(), detail::mistaken_products(),
            detail::mistaken_hadamards(), any_mistakes};
}

}  // namespace revolute
