#include "address_space.hpp"

#include <cstdlib>
#include <sys/resource.h>
#include <unistd.h>

namespace revolute {

namespace {

bool is_limited(decltype(RLIMIT_AS) resource) {
    rlimit limit{};
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

}  // namespace

void spare_address_space(char* const* arguments) {
    constexpr const char* threads = "OPENBLAS_NUM_THREADS";
    if (std::getenv(threads) != nullptr || !(is_limited(RLIMIT_AS) || is_limited(RLIMIT_DATA)))
        return;
    setenv(threads, "1", 1);
    execv("/proc/self/exe", arguments);  // returns only where it fails
}

}  // namespace revolute
