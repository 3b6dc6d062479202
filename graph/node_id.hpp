#pragma once

/// @file
/// The number of a node.

#include <cstdint>

namespace revolute {

/// Number of a node in its graph. Operands have smaller ids than their users, so ascending ids are
/// a topological order.
enum class NodeId : std::uint32_t {};

/// The id as an index into an array that holds one entry per node.
constexpr std::uint32_t index(NodeId id) { return static_cast<std::uint32_t>(id); }

}  // namespace revolute
