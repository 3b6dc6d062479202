#pragma once

#include <revolute/graph/evaluate/evaluate.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace revolute::test {

/// Random values, from -1 to 1, for all leaves of a graph.
Bindings random_values(Graph& graph, std::uint32_t seed);

/// The same values for the leaves' images in another graph, where they have one.
Bindings carried_over(const Bindings& values, Graph& graph,
                      std::span<const std::optional<NodeId>> images, Graph& there);

}  // namespace revolute::test
