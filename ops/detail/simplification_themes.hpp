#pragma once

#include <revolute/graph/rewriting/rewrite_rules.hpp>

#include <optional>

// The parts of `simplification_rules`, and what they share.

namespace revolute::detail {

void add_constant_rules(RuleSet& rules);
/// The same of what belongs to no step.
void add_rules_of_stepless_constants(RuleSet& rules);
/// What `leave_out` leaves of the rules that look at what number a factor is.
void add_rules_of_stepless_factors(RuleSet& rules);
void add_sum_rules(RuleSet& rules);
void add_product_rules(RuleSet& rules);
void add_function_rules(RuleSet& rules);
void add_transpose_rules(RuleSet& rules);
void add_shape_rules(RuleSet& rules);
void add_row_rules(RuleSet& rules);
void add_column_rules(RuleSet& rules);

/// The value of a constant; none for another node.
std::optional<double> constant_value(Expr x);
bool is_made_by(Expr x, const Op& op);

/// How many operands the predicate holds for. Rules ask before they collect anything: on most nodes
/// none applies, and nothing is to be allocated there.
template <class Predicate>
std::uint32_t count_operands(const Site& site, const Predicate& holds) {
    std::uint32_t count = 0;
    for (std::uint32_t slot = 0; slot < site.operand_count(); ++slot)
        count += holds(site.operand(slot)) ? 1 : 0;
    return count;
}

}  // namespace revolute::detail
