#pragma once

/// @file
/// `Step`, a place on a time axis, and `Interval`, several in a row.

#include <cstddef>
#include <cstdint>
#include <string>

namespace revolute {

/// A place in time: step `t` on a time axis. A graph can have several axes (encoder and decoder),
/// numbered from 0; h(-1) has t = -1. Steps are labels for figures, names, errors and rolling: they
/// never change a value.
struct Step {
    std::int32_t axis = 0;  ///< which time axis
    std::int32_t t = 0;     ///< the step's number, which may be negative

    friend constexpr bool operator==(Step, Step) = default;
};

/// Letter of a time axis: t for axis 0, then s, r, q; beyond them t4, t5 and so on.
std::string axis_name(std::int32_t axis);

/// "t = 4", as errors print it.
std::string to_string(Step step);

/// "[4]", or "[s=4]" off the first axis: what follows a name.
std::string subscript(Step step);

/// Steps low, ..., high of a time axis.
struct Interval {
    std::int32_t low = 0;   ///< the first step
    std::int32_t high = 0;  ///< the last step, not before the first

    /// Whether the step is one of them.
    constexpr bool contains(std::int32_t t) const { return low <= t && t <= high; }
    /// How many steps they are.
    constexpr std::size_t size() const {
        return static_cast<std::size_t>(std::int64_t{high} - low) + 1;
    }
    friend constexpr bool operator==(Interval, Interval) = default;
};

}  // namespace revolute
