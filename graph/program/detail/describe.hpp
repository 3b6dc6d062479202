#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <string>

namespace revolute::detail {

/// "h[3] [32 x 1]", or "unnamed matmul at t = 3 [32 x 1]": a member as errors print it.
std::string describe(const Rolled& rolled, Member member);
/// ", in step t = 3", or nothing for a node without step.
std::string in_step(const Rolled& rolled, Member member);

}  // namespace revolute::detail
