#include "address_space.hpp"

#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace revolute {

std::size_t address_space_in_use() {
    std::ifstream of_process("/proc/self/statm");  // in pages, the whole first
    std::size_t pages = 0;
    of_process >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::optional<std::size_t> address_space_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
    return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace revolute
