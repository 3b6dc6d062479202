#pragma once

#include <cstddef>
#include <optional>

namespace revolute {

/// Where the process's address space is limited, starts the program again with the same arguments and one
/// thread of OpenBLAS, which takes 128 MiB for each when it is loaded, and for ever if it cannot have them.
/// Programs use one thread of it anyway. Returns where there is nothing to spare.
void spare_address_space(char* const* arguments);

/// The bytes of address space that the process has now; 0 where the system does not tell.
std::size_t address_space_in_use();
/// The most that it may have; none where it is not limited.
std::optional<std::size_t> address_space_limit();

}  // namespace revolute
