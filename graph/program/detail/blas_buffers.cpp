#include <revolute/graph/bytes_in_words.hpp>
#include <revolute/graph/error.hpp>
#include <revolute/graph/program/detail/blas_buffers.hpp>

#include <cblas.h>
#include <fmt/format.h>

#include <cerrno>
#include <mutex>
#include <sys/mman.h>
#include <system_error>
#include <variant>
#include <vector>

namespace revolute::detail {

namespace {

/// What OpenBLAS 0.3.21 maps for a thread, BUFFER_SIZE in its common_x86_64.h; 32 MiB or less elsewhere.
constexpr std::size_t buffer_bytes = std::size_t{128} << 20;

bool may_need_buffer(const ProductCall& call) {
    return !call.packed_left && call.rows > 1 && call.columns > 1;
}

bool may_need_buffer(const Code& code) {
    return total(code.loops, [](const Instruction& instruction) -> std::size_t {
               const auto* const product = std::get_if<ProductCall>(&instruction);
               return product != nullptr && may_need_buffer(*product) ? 1 : 0;
           }) > 0;
}

void require_room(std::size_t bytes, std::size_t threads) {
    void* const probe =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        throw CapacityError(fmt::format(
            "compile: OpenBLAS must have a buffer of {} for each thread ({} of them; the "
            "system says: {})\n"
            "  a limit on the process, such as that of `ulimit -v`, leaves too little memory",
            bytes_in_words(buffer_bytes), threads, std::generic_category().message(errno)));
    munmap(probe, bytes);
}

/// Makes OpenBLAS take a buffer, which it keeps, while there is room for it.
void take_buffer() {
    constexpr int size = 64;  // smaller products may need none
    std::vector<double> a(std::size_t{size} * size, 1.0), c(a);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1.0, a.data(), size,
                a.data(), size, 0.0, c.data(), size);
}

}  // namespace

void require_blas_buffers(const Code& code, std::size_t threads) {
    static std::mutex mutex;
    static std::size_t taken = 0;  // buffers that OpenBLAS certainly has
    if (!may_need_buffer(code)) return;
    const std::scoped_lock lock(mutex);
    if (threads <= taken) return;
    require_room((threads - taken) * buffer_bytes, threads);
    if (taken > 0) return;
    take_buffer();
    taken = 1;
}

}  // namespace revolute::detail
