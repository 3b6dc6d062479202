#include <revolute/graph/derivative_rule.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/tools/detail/mistakes.hpp>

#include <fmt/format.h>

namespace revolute {

namespace detail {

std::string formula_moved(std::string_view formula, int distance) {
    constexpr std::string_view opening = "[t";
    std::string result;
    for (std::size_t at = 0; at < formula.size();) {
        if (!formula.substr(at).starts_with(opening)) {
            result += formula[at++];
            continue;
        }
        const std::size_t end = formula.find(']', at);
        const std::string offset(formula.substr(at + 2, end - at - 2));
        const int t = (offset.empty() ? 0 : std::stoi(offset)) + distance;
        result += t == 0 ? "[t]" : fmt::format("[t{:+}]", t);
        at = end + 1;
    }
    return result;
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
        .term = [](const MistakeSite&) { return std::optional<Expr>(); },
        .words =
            [](const UseFamily& family, const Graph&) {
                return fmt::format("{} is missing", detail::term_words(family));
            },
        .at_one_step = true,
    },
    MistakenRule{
        .applies = [](const RuleSite&) { return true; },
        .term = [](const MistakeSite& s) { return std::optional(-pull_back(s.use)); },
        .words =
            [](const UseFamily& family, const Graph&) {
                return fmt::format("{} has the wrong sign", detail::term_words(family));
            },
    },
    MistakenRule{
        .applies = [](const RuleSite&) { return true; },
        .term = [](const MistakeSite& s) { return std::optional(2.0 * pull_back(s.use)); },
        .words =
            [](const UseFamily& family, const Graph&) {
                return fmt::format("{} is counted twice", detail::term_words(family));
            },
        .at_one_step = true,
    },
};

}  // namespace

Neighbours::Neighbours(const Graph& graph, std::span<const UseFamily> families) {
    for (std::size_t family = 0; family < families.size(); ++family)
        for (const Use& use : families[family].uses)
            if (const auto step = graph.step(use.consumer))
                consumers_.emplace(std::tuple(family, step->axis, step->t), use.consumer);
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const auto step = graph.step(NodeId{i}); step && !graph.name(NodeId{i}).empty())
            named_.emplace(std::tuple(graph.name(NodeId{i}), step->axis, step->t), NodeId{i});
}

std::optional<Expr> Neighbours::consumer(const RuleSite& site, std::size_t family,
                                         int distance) const {
    return later(consumers_, family, site.output, distance);
}

std::optional<Expr> Neighbours::named(Expr node, int distance) const {
    return later(named_, std::string(node.graph->name(node.id)), node, distance);
}

std::array<std::span<const MistakenRule>, 3> mistaken_rules() {
    return {detail::mistaken_activations(), detail::mistaken_products(), any_mistakes};
}

}  // namespace revolute
