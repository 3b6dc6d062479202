#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <span>
#include <vector>

// Lists by steps in which a pattern comes again and again, as in clockwork nets and where
// back-propagation is cut every k steps: written with ranges that repeat, or as intervals.

namespace revolute::detail {

/// Intervals that ascend, as ranges: what is there three times or more at the same distance
/// repeats. The intervals themselves where that is not so, or would still be a long list.
std::vector<StepRange> condensed(std::span<const StepRange> intervals);

void condense(std::vector<Segment>& cases);
void condense(std::vector<PartName>& names);
/// All lists of a rolled graph.
void condense(Rolled& rolled);

/// The intervals of ranges, ascending.
std::vector<StepRange> spelled_out(std::span<const StepRange> ranges);

}  // namespace revolute::detail
