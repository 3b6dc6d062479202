#pragma once

#include <revolute/tools/equations/equation_term.hpp>

#include <cstdint>

namespace revolute::detail {

/// A number that depends on the step, on the number of steps or on that of columns, as a formula:
/// "T-t", "2 B t+1", "1 / (B N)", "0.5 / sqrt(N)". `value` is what it is at step 0; `variable`, the
/// axis of the innermost variable.
Formula growing_number(double value, const EquationGrowth& growth, std::int32_t variable,
                       const EquationStyle& style);

}  // namespace revolute::detail
