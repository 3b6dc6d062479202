#pragma once

/// @file
/// The library's operators as a list.

#include <revolute/graph/op.hpp>

#include <span>

namespace revolute {

/// The records of all operators that come with the library, leaves apart, in the order in which the
/// docs present them. A list for tests and docs: nothing else needs to know which operators exist.
std::span<const Op* const> catalogue();

}  // namespace revolute
