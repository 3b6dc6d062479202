#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <array>
#include <cstdint>
#include <optional>

// Numbers that depend on the number of steps, or of columns: found by comparing graphs of several.

namespace revolute::detail {

/// The nearest whole number, if the value is that but for rounding.
std::optional<double> whole(double value);

/// The law of a number that is `values` in graphs of `steps` steps and once and twice `apart` more;
/// none when no law gives the three, but for rounding.
std::optional<LengthLaw> fit_law(std::int32_t steps, const std::array<double, 3>& values,
                                 std::int32_t apart = 1);

/// Whether a number that follows a law is what a builder computed, but for rounding.
bool is_foretold(double foretold, double built);

}  // namespace revolute::detail
