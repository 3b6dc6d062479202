#pragma once

/// @file
/// Times, and their median.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace revolute {

/// Tells the time since it was made.
class Stopwatch {
 public:
    ///@{
    /// The time since it was made.
    std::chrono::duration<double> elapsed() const { return Clock::now() - began_; }
    double seconds() const { return elapsed().count(); }
    double microseconds() const { return 1e6 * seconds(); }
    ///@}

 private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point began_ = Clock::now();
};

/// The middle one of at least one number; of an even number of them, the larger of the two.
inline double median(std::vector<double> numbers) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::nth_element(numbers.begin(), middle, numbers.end());
    return *middle;
}

}  // namespace revolute
