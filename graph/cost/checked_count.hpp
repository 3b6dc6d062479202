#pragma once

/// @file
/// Arithmetic of large counts (operations, bytes), which are exact or refused.

#include <cstdint>

namespace revolute {

/// a + b. Throws CapacityError when it does not fit into 64 bits with a sign.
std::int64_t checked_sum(std::int64_t a, std::int64_t b);
/// a b. Throws CapacityError when it does not fit into 64 bits with a sign.
std::int64_t checked_product(std::int64_t a, std::int64_t b);

}  // namespace revolute
