#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <map>

namespace revolute::detail {

/// By axis: how far the recurrences read, at one step or once around. What begins or ends with the
/// axis is of a kind of its own for about so many steps, a few times over.
std::map<std::int32_t, std::int32_t> reaches_of(const Rolled& rolled);

}  // namespace revolute::detail
