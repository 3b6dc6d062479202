#pragma once

#include <cstddef>

namespace revolute {

/// How often this program has called operator new, in all threads.
std::size_t allocation_count();

}  // namespace revolute
