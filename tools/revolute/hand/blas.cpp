#include "blas.hpp"

#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>

#include <dlfcn.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <sys/mman.h>
#include <system_error>

namespace revolute::hand {

namespace {

constexpr const char* library_name = "libopenblas.so.0";

/// What OpenBLAS 0.3.21 maps for a thread, BUFFER_SIZE in its common_x86_64.h; 32 MiB or less
/// elsewhere.
constexpr std::size_t buffer_bytes = std::size_t{128} << 20;

void require_address_space(std::size_t bytes) {
    void* const probe =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        throw CapacityError(fmt::format(
            "bench --table: OpenBLAS must have {} of address space (the system says: {})\n"
            "  a limit on the process, such as that of `ulimit -v`, leaves too little "
            "memory",
            bytes_in_words(bytes), std::generic_category().message(errno)));
    munmap(probe, bytes);
}

}  // namespace

void* opened(const char* name) { return dlopen(name, RTLD_NOW | RTLD_LOCAL); }

void* found(void* library, const char* name) {
    return library == nullptr ? nullptr : dlsym(library, name);
}

void* openblas() {
    static void* const library = [] {
        setenv("OPENBLAS_NUM_THREADS", "1", 0);  // it takes a buffer for each when it is opened
        setenv("OMP_NUM_THREADS", "1", 0);
        return opened(library_name);
    }();
    return library;
}

std::string openblas_kernels() {
    const auto name = found<const char* (*)()>(openblas(), "openblas_get_corename");
    return name == nullptr ? "" : name();
}

void require_openblas() {
    require_address_space(2 * buffer_bytes);  // for the library too
    if (openblas() == nullptr)
        throw Error(
            fmt::format("bench --table: the code by hand multiplies by OpenBLAS, which is not "
                        "installed ({}; Debian: libopenblas0)",
                        library_name));
}

}  // namespace revolute::hand
