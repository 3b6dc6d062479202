#pragma once

/// @file
/// From which step to which the time axes of a figure go.

#include <revolute/graph/notation/labels.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <vector>

namespace revolute {

/// A time axis of a figure, from the first step at which something is computed to the last.
struct StepAxis {
    /// Of the axis.
    std::int32_t number = 0;
    Interval steps;  ///< the first may be any number: steps are counted from 0, from 1, ...

    /// How many steps it has.
    std::int32_t count() const { return static_cast<std::int32_t>(steps.size()); }
    friend constexpr bool operator==(StepAxis, StepAxis) = default;
};

/// The time axes of the graph that was rolled, ascending. States that are given before the first
/// step, or behind the last where a recurrence runs backward, are no step, and neither is what the
/// reverse pass hands on to them. `derivative` may be null; it is of what was rolled.
std::vector<StepAxis> step_axes(const Labels& labels, const Rolled& rolled,
                                const Derivative* derivative, const Graph& graph);

}  // namespace revolute
