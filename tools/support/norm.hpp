#pragma once

/// @file
/// Norms of numbers whose squares overflow, and what else is safe from that.

#include <optional>
#include <span>

namespace revolute {

/// The largest power of two that is at most |x|; 1 for 0 and for what is not finite. Dividing by it
/// loses nothing but what becomes denormal.
double power_of_two_below(double x);

///@{
/// Square root of the sum of squares, and of their mean: also where the squares are beyond the
/// range of doubles. 0 of nothing.
double euclidean_norm(std::span<const double> values);
double root_mean_square(std::span<const double> values);
///@}

/// The factor f with the smallest sum of |f slope - value|: unlike that of least squares, it is not
/// moved by a few values that are wrong, whatever their size. Pairs that are not finite do not
/// count. None where all slopes are 0. Both have the same length.
std::optional<double> closest_factor(std::span<const double> slopes,
                                     std::span<const double> values);

/// Sum of |x|.
double sum_of_sizes(std::span<const double> values);

}  // namespace revolute
