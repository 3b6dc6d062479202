#pragma once

#include <revolute/tools/equations/equations.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace revolute::detail {

/// A name that a line reads.
struct NameRead {
    std::string name;
    std::optional<std::int32_t> axis;  ///< none: the name has no step
    Interval steps;                    ///< at which it is read
    /// How far these are from the line's own; none: those are on another axis.
    std::optional<Interval> distances;
};

/// Each name on the right of a line, as often as it stands there.
std::vector<NameRead> names_read(const Equation& line);

/// The lines of one part of the equations in an order in which they can be computed from the top:
/// what a line reads stands above it. Lines that need each other from step to step are a loop,
/// which is computed step by step: there it is what they read at the same step. Else the order
/// stays.
std::vector<Equation> in_order(std::vector<Equation> lines);

}  // namespace revolute::detail
