#pragma once

#include <cstddef>

namespace revolute {

/// How often this program has called operator new, in all threads.
std::size_t allocation_count();
/// The bytes of the last call that could not be served; 0 where all could.
std::size_t refused_allocation();

}  // namespace revolute
