#pragma once

#include <span>

namespace bench {

/// The loss of ADBench's LSTM (docs/adbench.md), number by number: l layers, c characters of b
/// bits. The arrays are as in ADBench's files, one row after the other.
struct AdbenchArrays {
    int layers, characters, bits;
    std::span<const double> main_parameters;   ///< [2 l x 4 b]
    std::span<const double> extra_parameters;  ///< [3 x b]
    std::span<const double> state;             ///< [2 l x b]: at the start
    std::span<const double> sequence;          ///< [c x b]
};

/// `room` has 2 l b + 2 b numbers.
double adbench_objective(const AdbenchArrays& arrays, std::span<double> room);

}  // namespace bench
