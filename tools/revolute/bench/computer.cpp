#include "computer.hpp"

#include "hand/blas.hpp"
#include "openblas_speed.hpp"
#include <revolute/graph/program/vectors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>

namespace revolute {

namespace {

/// What /proc/cpuinfo of Linux calls the first processor.
std::string name_of_processor() {
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with("model name")) continue;
        const std::size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
        if (begin != std::string::npos) return line.substr(begin);
    }
    return "a processor without a name";
}

double load_of_last_minute() {
    double load = 0;
    return getloadavg(&load, 1) == 1 ? load : 0;
}

bool has_no_wide_vectors(std::string_view vectors) {
    return vectors.starts_with("SSE") || vectors == "EMU128" || vectors == "SCALAR";
}

}  // namespace

Computer this_computer() {
    return {.processor = name_of_processor(),
            .processors = std::max(1U, std::thread::hardware_concurrency()),
            .vectors = std::string(vectors()),
            .blas_kernels = hand::openblas_kernels(),
            .load = load_of_last_minute()};
}

std::vector<std::string> advice_for_times(const Computer& computer, double processor_share) {
    constexpr double busy = 0.5, whole = 0.97;
    std::vector<std::string> advice;
    if (has_no_wide_vectors(computer.vectors))
        advice.push_back(
            std::getenv("REVOLUTE_VECTORS") != nullptr
                ? fmt::format("Programs use no wider vectors than {}, as REVOLUTE_VECTORS says; "
                              "without it they use the widest that there are.",
                              computer.vectors)
                : fmt::format("This processor has no wider vectors than {}; AVX2 would halve the "
                              "times.",
                              computer.vectors));
    if (is_openblas_slow())
        advice.push_back(fmt::format(
            "OpenBLAS uses its kernels for {}, which are slower than this processor can be: the "
            "code by hand suffers. Try OPENBLAS_CORETYPE=Haswell, or SkylakeX where there is "
            "AVX-512.",
            computer.blas_kernels));
    if (computer.load >= busy)
        advice.push_back(
            fmt::format("Other processes were busy in the minute before (load average {:.1f}): "
                        "ratios hold, times may be too long.",
                        computer.load));
    if (processor_share < whole)
        advice.push_back(
            fmt::format("Others had the processor for {:.0f} % of the time: run it again when the "
                        "computer is idle.",
                        100 * (1 - processor_share)));
    return advice;
}

}  // namespace revolute
