#pragma once

#include <revolute/graph/detail/roll_shapes.hpp>
#include <revolute/graph/rolled.hpp>

#include <array>
#include <optional>
#include <string>
#include <variant>

// Attributes that depend on the number of steps: found by comparing graphs of several lengths, or,
// as far as shapes tell, from one graph.

namespace revolute::detail {

/// The law of a number that is `values` in graphs of `steps` steps and once and twice `apart` more; none
/// when no law gives the three, but for rounding.
std::optional<LengthLaw> fit_law(std::int32_t steps, const std::array<double, 3>& values,
                                 std::int32_t apart = 1);

/// Whether a number that follows a law is what a builder computed, but for rounding.
bool is_foretold(double foretold, double built);

/// The attributes of `rolled` that depend on the number of steps of an axis, found from it alone, or
/// why that cannot be told. `longer` is the same with one period more, but for attributes and shapes.
///
/// An attribute whose value is a multiple of the number of steps, or next to it, or one over such a
/// number, may come from it. Where it makes a shape, the other shapes can tell: it grows when what
/// reads it would not fit else, and stays when it would not fit if it grew. All others are refused.
std::variant<AxisLaws, std::string> infer_laws(const Rolled& rolled, const Rolled& longer,
                                               std::int32_t axis);

/// What does not fit in a graph that was given other steps.
std::string misfit_text(const Rolled& rolled, const Misfit& misfit, std::int32_t axis);

}  // namespace revolute::detail
