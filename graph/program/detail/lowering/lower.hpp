#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/program.hpp>

#include <optional>
#include <vector>

namespace revolute::detail {

/// The instructions that compute a rolled graph, part by part in the order of its schedule; a
/// recurrence is one loop over its steps, cut wherever a boundary case begins or ends, so that no
/// case is decided inside a loop. `without` may be Pass::sink or Pass::begin.
std::vector<Loop> lower(const Rolled& rolled, const Reads& reads, std::optional<Pass> without = {});

}  // namespace revolute::detail
