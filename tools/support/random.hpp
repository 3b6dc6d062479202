#pragma once

/// @file
/// Random numbers that are the same everywhere.

#include <revolute/graph/values/matrix.hpp>

#include <cstdint>
#include <random>

namespace revolute {

/// Random numbers that are the same on every compiler: the standard fixes the bits of mt19937_64,
/// but not what std::uniform_real_distribution makes of them.
class Random {
 public:
    /// The same seed gives the same numbers.
    explicit Random(std::uint64_t seed) : bits_(seed) {}

    /// Uniform in [low, high).
    double uniform(double low, double high) {
        const double unit = static_cast<double>(bits_() >> 11) * 0x1.0p-53;
        return low + (high - low) * unit;
    }

    /// Every entry uniform in [low, high).
    Matrix matrix(Shape shape, double low = -1.0, double high = 1.0) {
        Matrix result(shape);
        for (double& value : result.values()) value = uniform(low, high);
        return result;
    }

 private:
    std::mt19937_64 bits_;
};

}  // namespace revolute
