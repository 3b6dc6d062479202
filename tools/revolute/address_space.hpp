#pragma once

namespace revolute {

/// Where the process's address space is limited, starts the program again with the same arguments and one
/// thread of OpenBLAS, which takes 128 MiB for each when it is loaded, and for ever if it cannot have them.
/// Programs use one thread of it anyway. Returns where there is nothing to spare.
void spare_address_space(char* const* arguments);

}  // namespace revolute
