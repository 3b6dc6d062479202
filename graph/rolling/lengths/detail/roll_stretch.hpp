#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <optional>
#include <string>

// Where steps can be put into a rolled graph, and doing so.

namespace revolute::detail {

/// Consecutive steps of an axis at which nothing begins or ends, but for what repeats.
struct StepStretch {
    std::int32_t first = 0;
    std::int32_t length = 0;
    std::int32_t least_length = 1;  ///< fewer would bring boundary cases of both ends together
    std::int32_t period = 1;        ///< so many steps are put in together, or a multiple

    std::int32_t middle() const { return first + length / 2; }
};

/// The longest stretch of steps without boundary cases, to put steps into or take them out of.
StepStretch stretch_of(const Rolled& rolled, std::int32_t axis);

/// The rolled graph with `by` steps put into the stretch, with the shapes of the one that it was
/// made of; none when that is not possible.
std::optional<Rolled> stretched(const Rolled& rolled, std::int32_t axis, const StepStretch& stretch,
                                std::int32_t by);

/// Why `stretched` gives none for a period: the steps that are too few, or the node that reads in
/// different ways. A line for an error.
std::string why_not_stretched(const Rolled& rolled, std::int32_t axis, const StepStretch& stretch);

}  // namespace revolute::detail
