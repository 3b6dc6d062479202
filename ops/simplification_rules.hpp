#pragma once

/// @file
/// The rules that simplify graphs of the library's operators.

#include <revolute/graph/rewriting/rewrite_rules.hpp>

namespace revolute {

/// The rules by which graphs of the library's operators are simplified; docs/simplify.md lists
/// them. None adds operations. Made at the first call, so that nothing runs before main.
const RuleSet& simplification_rules();

/// Those of them under which steps that are alike stay so. Constants of one step are not computed
/// beforehand, as a discount that each step multiplies by 0.9 would be another number at each; and
/// no rule looks at what number a factor or a power chances to be, as t - 4 is 0 at one step.
const RuleSet& simplification_rules_for_any_steps();

/// Those of them that make no number of two: 1/N, 1/(N+1) and 1/(N+2) have laws of the number of
/// steps, and their product may have none.
const RuleSet& simplification_rules_that_keep_numbers();

}  // namespace revolute
