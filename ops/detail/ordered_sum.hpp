#pragma once

#include <cstddef>
#include <span>

namespace revolute::detail {

/// The sum of numbers, added in an order that depends on how many there are and not on where they
/// stand: Eigen begins its vectors at an aligned address, so that a value elsewhere in memory has a
/// sum with other bits.
inline double ordered_sum(std::span<const double> x) {
    double a = 0, b = 0, c = 0, d = 0;
    std::size_t i = 0;
    for (; i + 4 <= x.size(); i += 4) {
        a += x[i];
        b += x[i + 1];
        c += x[i + 2];
        d += x[i + 3];
    }
    a += c;
    b += d;
    if (i + 2 <= x.size()) {
        a += x[i++];
        b += x[i++];
    }
    return i < x.size() ? a + b + x[i] : a + b;
}

}  // namespace revolute::detail
