#pragma once

#include <revolute/graph/program/detail/instructions.hpp>

#include <cstddef>

namespace revolute::detail {

/// Throws CapacityError when the code leaves products to OpenBLAS and the system would refuse it a buffer for
/// each of so many threads. OpenBLAS asks again and again, for ever, where one is refused.
void require_blas_buffers(const Code& code, std::size_t threads);

}  // namespace revolute::detail
