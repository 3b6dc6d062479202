#pragma once

#include <revolute/graph/kernels/vector_math.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace revolute::detail {

/// The entries x of a column as exp(x - largest). Apart from the largest entry itself, whose 1
/// would swallow the digits of a small sum, so that log(1 + others) and others / (1 + others) keep
/// them.
struct Exponentials {
    double largest = 0;     ///< NaN where an entry is
    std::size_t place = 0;  ///< of the largest entry, the first of equal ones
    double others = 0;  ///< sum of exp(x - largest) over the other entries; NaN for a second +inf

    /// exp(x - largest), 1 for an infinite entry that is the largest. Where that is -inf there is
    /// nothing to share, and 0 stands for all.
    double of(double x) const {
        if (largest == -std::numeric_limits<double>::infinity()) return 0.0;
        return x == largest ? 1.0 : std::exp(x - largest);
    }
    /// The share of the entry in the sum of all, which softmax is.
    double share(double x) const { return of(x) / (1.0 + others); }
    /// 1 minus the share of the largest entry.
    double share_of_others() const { return others / (1.0 + others); }
};

inline Exponentials exponentials_of(std::span<const double> column) {
    Exponentials result{.largest = column.front()};
    for (std::size_t r = 1; r < column.size(); ++r) {
        if (!(column[r] > result.largest || std::isnan(column[r]))) continue;
        result.largest = column[r];
        result.place = r;
        if (std::isnan(column[r])) break;
    }
    for (std::size_t r = 0; r < column.size(); ++r) {
        if (r == result.place) continue;
        // The difference of two entries of +inf is NaN: which has the larger share, nobody knows.
        const bool is_known = column[r] != std::numeric_limits<double>::infinity();
        result.others += is_known ? result.of(column[r]) : column[r] - result.largest;
    }
    return result;
}

/// log of the sum of exp(x) over the column, minus entry `place`: -log of its share. A sum of terms
/// that are not negative. Infinite for an entry of -inf, whose share is 0, also where all entries
/// are.
inline double cross_entropy_of(std::span<const double> column, std::size_t place) {
    const Exponentials e = exponentials_of(column);
    const double x = column[place];
    if (x == -std::numeric_limits<double>::infinity() && !std::isnan(e.largest))
        return std::numeric_limits<double>::infinity();
    return (x == e.largest ? 0.0 : e.largest - x) + std::log1p(e.others);
}

/// The same by a program's kernels.
template <class Number>
double fast_cross_entropy_of(std::span<const Number> column, std::size_t place) {
    const auto [largest, others] = vector_math::shares(column, nullptr);
    const double x{column[place]};
    if (x == -std::numeric_limits<double>::infinity() && !std::isnan(largest))
        return std::numeric_limits<double>::infinity();
    return (x == largest ? 0.0 : largest - x) + std::log1p(others);
}

}  // namespace revolute::detail
