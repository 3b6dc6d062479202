#pragma once

#include <revolute/graph/graph.hpp>
#include <revolute/graph/step.hpp>

#include <cstdint>
#include <map>

namespace revolute::detail {

/// By axis: the steps that the nets of a graph were built with, whether or not anything reads the
/// last ones. They end with the last step at which something is computed of what depends on time,
/// going forward. They begin at 0, or earlier where such a step does, unless all that it reads is
/// of later ones. What is made of initial states alone stands before the first step, or behind the
/// last, and so do their adjoints. Of a graph that was copied the last step is that of the one that
/// it was copied from.
std::map<std::int32_t, Interval> made_steps(const Graph& graph);

}  // namespace revolute::detail
