#pragma once

#include <cstdint>
#include <string_view>

namespace revolute::detail {

/// Highway's bits of the vectors that are wider than those named, or than the baseline. Throws
/// EvaluationError when there are none of that name for processors of this architecture.
std::int64_t wider_than(std::string_view name);

/// Keeps the library's kernels to what the environment variable REVOLUTE_VECTORS names. Only the
/// first call does anything, unless it throws as `wider_than`.
void limit_vectors();

}  // namespace revolute::detail
