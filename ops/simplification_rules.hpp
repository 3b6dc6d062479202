#pragma once

#include <revolute/graph/rewrite_rules.hpp>

namespace revolute {

/// The rules by which graphs of the library's operators are simplified; docs/simplify.md lists them. None
/// adds operations. Made at the first call, so that nothing runs before main.
const RuleSet& simplification_rules();

}  // namespace revolute
