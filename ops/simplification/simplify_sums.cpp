#include <revolute/graph/leaf.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/simplification_themes.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

namespace revolute::detail {

namespace {

std::vector<Expr> operands_of(const Site& site) {
    std::vector<Expr> operands;
    for (std::uint32_t slot = 0; slot < site.operand_count(); ++slot)
        operands.push_back(site.operand(slot));
    return operands;
}

std::optional<Expr> drop_zeros(const Site& site) {
    const auto is_zero = [](Expr x) { return constant_value(x) == 0.0; };
    if (count_operands(site, is_zero) == 0) return std::nullopt;
    std::vector<Expr> terms = operands_of(site);
    std::erase_if(terms, is_zero);
    if (terms.empty()) return site.graph().constant(0.0, site.shape(), {});
    return accumulate(terms, {});
}

std::optional<Expr> join_equal_terms(const Site& site) {
    for (std::uint32_t slot = 1; slot < site.operand_count(); ++slot)
        if (site.operand(slot) != site.operand(0)) return std::nullopt;
    return scale(site.operand_count(), site.operand(0));
}

std::optional<Expr> as_difference(const Site& site) {
    if (site.operand_count() != 2) return std::nullopt;
    for (const std::uint32_t slot : {1u, 0u}) {
        const Expr negative = site.operand(slot), other = site.operand(1 - slot);
        if (is_made_by(negative, negate_op))
            return other - Expr{negative.graph, negative.graph->operand(negative.id, 0)};
    }
    return std::nullopt;
}

/// The terms of a sum and of the joined sums below it, in the order in which they are added.
template <class Predicate>
std::vector<Expr> terms_of(const Site& site, const Predicate& is_joined) {
    std::vector<Expr> waiting = operands_of(site);
    std::ranges::reverse(waiting);
    std::vector<Expr> terms;
    while (!waiting.empty()) {
        const Expr x = waiting.back();
        waiting.pop_back();
        if (!is_joined(x)) {
            terms.push_back(x);
            continue;
        }
        for (std::uint32_t slot = site.graph().operand_count(x.id); slot-- > 0;)
            waiting.push_back({x.graph, x.graph->operand(x.id, slot)});
    }
    return terms;
}

/// The outermost sum takes over the terms of all below that are there for it only, so that a chain
/// of sums costs no more than its terms.
std::optional<Expr> join_nested_sums(const Site& site) {
    const auto is_joined = [&](Expr x) {
        return is_made_by(x, accumulate_op) && site.is_for_node_only(x);
    };
    if (count_operands(site, is_joined) == 0 || site.is_only_for(accumulate_op))
        return std::nullopt;
    return accumulate(terms_of(site, is_joined), {});
}

bool has_step(Expr x) { return x.graph->find_step(x.id) != nullptr; }

bool are_of_several_steps(std::span<const Expr> terms) {
    std::optional<Step> first;
    for (const Expr term : terms) {
        const std::optional<Step> step = term.graph->step(term.id);
        if (step && first && *step != *first) return true;
        if (step) first = step;
    }
    return false;
}

/// A total that a program adds up one step after the other, outside of the steps: one sum over
/// steps, as partial totals that belong to no step are not alike. Those that have a name are wanted
/// as they are.
std::optional<Expr> join_total_over_steps(const Site& site) {
    const auto is_joined = [&](Expr x) {
        return is_made_by(x, add_op) && !has_step(x) && site.graph().name(x.id).empty() &&
               site.is_for_node_only(x);
    };
    if (has_step(site.node) || count_operands(site, is_joined) == 0 || site.is_only_for(add_op))
        return std::nullopt;
    const std::vector<Expr> terms = terms_of(site, is_joined);
    return are_of_several_steps(terms) ? std::optional(accumulate(terms, {})) : std::nullopt;
}

}  // namespace

void add_sum_rules(RuleSet& rules) {
    const Expr x = rules.any("x"), y = rules.any("y");
    rules.add("add-zero", x + 0.0, x);
    rules.add("zero-add", 0.0 + x, x);
    rules.add("subtract-zero", x - 0.0, x);
    rules.add("zero-subtract", 0.0 - x, -x);
    rules.add("subtract-self", x - x, rules.number(0.0));
    rules.add("negate-twice", -(-x), x);
    rules.add("add-negative", x + (-y), x - y);
    rules.add("negative-add", (-x) + y, y - x);
    rules.add("subtract-negative", x - (-y), x + y);
    rules.add("negate-difference", -(x - y), y - x);
    rules.add("add-self", x + x, 2.0 * x);
    rules.add("add-steps", {&add_op},
              "(x(0) + x(1)) + x(2) = x(0) + x(1) + x(2), where the sums belong to no step",
              join_total_over_steps);
    rules.add("accumulate-zero", {&accumulate_op}, "x + 0 + y = x + y", drop_zeros);
    rules.add("accumulate-equal", {&accumulate_op}, "x + x + x = 3 x", join_equal_terms);
    rules.add("accumulate-negative", {&accumulate_op}, "x + (-y) = x - y, for two terms",
              as_difference);
    rules.add("accumulate-nested", {&accumulate_op}, "(x + y) + z = x + y + z", join_nested_sums);
}

}  // namespace revolute::detail
