#pragma once

#include <revolute/tools/equations/equation_term.hpp>

#include <optional>

namespace revolute::detail {

/// A number times a number times something with the product of the numbers, 4/3 h for 2 (2/3 o h),
/// where that is a number of four digits or a quotient; none for anything else.
std::optional<EquationTerm> with_one_number(const EquationTerm& term);

/// A number times 1/2 mean |a - b|^2 with half the number times mean |a - b|^2; none for anything
/// else.
std::optional<EquationTerm> with_whole_mean(const EquationTerm& term);

}  // namespace revolute::detail
