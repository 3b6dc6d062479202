#pragma once

#include <cstdint>

namespace revolute::detail {

/// What the thread's floating-point instructions make of subnormal operands and results while this
/// lives; afterwards it is as it was before. (On x86 the bits FTZ and DAZ of MXCSR, on AArch64 FZ
/// of FPCR; on other processors this does nothing.) Exceptions that instructions raise meanwhile
/// stay raised.
class SubnormalMode {
 public:
    /// They are zero, or what IEEE 754 makes of them, whatever the thread had.
    explicit SubnormalMode(bool flushes);
    ~SubnormalMode();
    SubnormalMode(const SubnormalMode&) = delete;
    SubnormalMode& operator=(const SubnormalMode&) = delete;

 private:
    std::uint64_t before_;  ///< the bits of the control register that say so
};

}  // namespace revolute::detail
