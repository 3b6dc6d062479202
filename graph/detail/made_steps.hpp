#pragma once

#include <revolute/graph/graph.hpp>

#include <cstdint>
#include <map>

namespace revolute::detail {

/// By axis: how many steps the nets of a graph were built with, whether or not anything reads the last
/// ones. That is one more than the last step at which something is computed of what depends on time, going
/// forward; what is made of initial states alone stands before the first step, or behind the last. Of a
/// graph that was copied it is what was known of the one that it was copied from.
std::map<std::int32_t, std::int32_t> made_steps(const Graph& graph);

}  // namespace revolute::detail
