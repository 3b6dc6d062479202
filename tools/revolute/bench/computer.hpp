#pragma once

#include <string>
#include <vector>

namespace revolute {

/// The computer that a time was measured on, as far as the time depends on it.
struct Computer {
    std::string processor;     ///< by the system's name of it
    unsigned processors = 1;   ///< that the process may use
    std::string vectors;       ///< that programs use
    std::string blas_kernels;  ///< that OpenBLAS uses, for the code by hand
    double load =
        0;  ///< processes that wanted a processor, the mean of the last minute; 0 where nobody tells
};

/// This one, now. OpenBLAS must be installed.
Computer this_computer();

/// What makes times on it other than they might be, each with what to do about it: a sentence or
/// two for each cause. `processor_share` is how much of the time that was measured the processor
/// was given to us.
std::vector<std::string> advice_for_times(const Computer& computer, double processor_share);

}  // namespace revolute
