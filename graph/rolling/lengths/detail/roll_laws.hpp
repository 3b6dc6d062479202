#pragma once

#include <revolute/graph/rolling/lengths/detail/length_law.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_shapes.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <optional>
#include <string>
#include <variant>

// Attributes that depend on the number of steps: as far as shapes tell, from one graph.

namespace revolute::detail {

/// The attributes of `rolled` that depend on the number of steps of an axis, found from it alone,
/// or why that cannot be told. `longer` is the same with one period more, but for attributes and
/// shapes.
///
/// An attribute whose value is a multiple of the number of steps, or next to it, or one over such a
/// number, may come from it. Where it makes a shape, the other shapes can tell: it grows when what
/// reads it would not fit else, and stays when it would not fit if it grew. All others are refused.
std::variant<AxisLaws, std::string> infer_laws(const Rolled& rolled, const Rolled& longer,
                                               std::int32_t axis);

/// What does not fit in a graph that was given other steps.
std::string misfit_text(const Rolled& rolled, const Misfit& misfit, std::int32_t axis);

}  // namespace revolute::detail
