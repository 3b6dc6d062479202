#pragma once

#include <revolute/graph/graph.hpp>
#include <revolute/graph/step.hpp>

#include <cstdint>
#include <map>
#include <optional>

namespace revolute::detail {

/// The steps that the nets of a graph were built with.
struct MadeSteps {
    /// They end with the last step at which something is computed of what depends on time, going
    /// forward. They begin at 0, or earlier where such a step does, unless all that it reads is of
    /// later ones.
    Interval steps;
    /// The first step from 0 on at which something is computed; none where nothing is.
    std::optional<std::int32_t> first{};
};

/// By axis, whether or not anything reads the first or the last steps. What is made of initial
/// states alone stands before the first step, or behind the last, and so do their adjoints. A graph
/// has the steps of what it was made from, too.
std::map<std::int32_t, MadeSteps> made_steps(const Graph& graph);

}  // namespace revolute::detail
