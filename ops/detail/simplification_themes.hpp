#pragma once

#include <revolute/graph/rewrite_rules.hpp>

#include <optional>

// The parts of `simplification_rules`, and what they share.

namespace revolute::detail {

void add_constant_rules(RuleSet& rules);
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

}  // namespace revolute::detail
