#pragma once

#include <revolute/graph/rolling/lengths/detail/roll_stretch.hpp>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

// How a rolled graph changes with its number of steps.

namespace revolute::detail {

/// How a rolled graph grows over one axis: shapes change evenly with the number of steps, so two
/// numbers of steps tell them for all.
struct Growth {
    StepStretch stretch;
    std::int32_t least = 1;
    std::optional<AxisLaws> laws;  ///< of attributes
    std::int32_t steps = 0;        ///< of `shapes`; `next` has one period more
    std::vector<Shape> shapes, next;
};

/// The shape of a part in a graph of that many steps; a size of 0 is beyond the range of sizes.
Shape shape_at(const Growth& growth, std::size_t part, std::int32_t steps);

/// How a rolled graph grows, or why it cannot be told.
std::variant<Growth, std::string> find_growth(const Rolled& rolled, std::int32_t axis);

}  // namespace revolute::detail
