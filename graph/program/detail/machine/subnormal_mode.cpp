#include <revolute/graph/program/detail/machine/subnormal_mode.hpp>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace revolute::detail {

namespace {

#if defined(__SSE2__)
constexpr std::uint64_t flushing = 0x8000 | 0x0040;  // flush to zero, denormals are zeros

std::uint64_t control() { return _mm_getcsr(); }
void set_control(std::uint64_t value) { _mm_setcsr(static_cast<unsigned>(value)); }
#elif defined(__aarch64__)
constexpr std::uint64_t flushing = std::uint64_t{1} << 24;

std::uint64_t control() {
    std::uint64_t value = 0;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
}
void set_control(std::uint64_t value) { asm volatile("msr fpcr, %0" ::"r"(value)); }
#else
constexpr std::uint64_t flushing = 0;

std::uint64_t control() { return 0; }
void set_control(std::uint64_t) {}
#endif

/// Returns what was before.
std::uint64_t exchange_flushing(std::uint64_t bits) {
    const std::uint64_t before = control();
    if ((before & flushing) != bits) set_control((before & ~flushing) | bits);
    return before & flushing;
}

}  // namespace

SubnormalMode::SubnormalMode(bool flushes) : before_(exchange_flushing(flushes ? flushing : 0)) {}

SubnormalMode::~SubnormalMode() { exchange_flushing(before_); }

}  // namespace revolute::detail
