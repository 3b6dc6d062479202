#pragma once

/// @file
/// Random numbers for the leaves of a net that was read from a text.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/language/net_text.hpp>

#include <cstdint>

namespace revolute {

/// Values for all leaves of the net, the same for one seed everywhere: from -1 to 1, weights such
/// that sums are of the order of 1; what an operator reads as indices, whole numbers that it takes.
Bindings random_leaves(const TextNet& net, std::uint64_t seed);

}  // namespace revolute
