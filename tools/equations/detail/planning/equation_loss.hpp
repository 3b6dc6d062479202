#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <string>

namespace revolute::detail {

/// Calls the first output, the loss, what it is called: without the step of what it chanced to be
/// made of, unless that name is one of several steps. Returns the name where the graph has another
/// for that value, or none: then the loss needs a line of its own. An empty name is what the graph
/// calls it.
std::string name_loss(Rolled& rolled, const std::string& name);

}  // namespace revolute::detail
