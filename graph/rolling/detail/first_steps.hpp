#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <map>

namespace revolute::detail {

/// By axis: the first step at which a part computes something. States that are given before it are
/// no step.
std::map<std::int32_t, std::int32_t> first_steps(const Rolled& rolled);

}  // namespace revolute::detail
