#pragma once

#include <revolute/graph/program/detail/lowering/reads.hpp>

#include <optional>
#include <vector>

namespace revolute::detail {

/// Which elementwise families a recurrence computes on its way, in its steps, so that nothing of
/// them need stand in memory there: those that it alone reads in these steps, elementwise, each
/// value in its step.
struct Sunk {
    std::vector<std::vector<PartId>> parts;  ///< by component: what it computes besides, in order
    std::vector<std::optional<Interval>> steps;  ///< by part: those in which another component does
};

/// The steps in which a component computes anything; empty (low > high) if all of its parts are
/// computed elsewhere.
Interval steps_of(const Rolled& rolled, const Reads& reads, const Component& component);

Sunk sink(const Rolled& rolled, const Reads& reads);
/// Each component computes its own parts and no others.
Sunk nothing_sunk(const Rolled& rolled);

}  // namespace revolute::detail
