#pragma once

#include <revolute/graph/rolling/detail/interval_set.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <span>
#include <vector>

namespace revolute::detail {

/// By part, the steps of the members that these depend on, themselves included; step 0 stands for a
/// node. Of a recurrence, all members that are computed alike and called alike, if it is one of
/// them. Takes a spelled-out graph, and time that does not depend on the number of steps.
std::vector<IntervalSet> members_needed(const Rolled& rolled, std::span<const Member> wanted);

}  // namespace revolute::detail
