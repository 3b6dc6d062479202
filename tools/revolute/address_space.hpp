#pragma once

#include <cstddef>
#include <optional>

namespace revolute {

/// The bytes of address space that the process has now; 0 where the system does not tell.
std::size_t address_space_in_use();
/// The most that it may have; none where it is not limited.
std::optional<std::size_t> address_space_limit();

}  // namespace revolute
