#include <revolute/tools/norm.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

/// Square root of the sum of squares over `count`. Scaled by a power of two, so that nothing but the range changes.
double root_of_squares(std::span<const double> values, double count) {
    double largest = 0;
    for (const double x : values) largest = std::max(largest, std::abs(x));
    const double scale = power_of_two_below(largest);
    double sum = 0;
    for (const double x : values) sum += (x / scale) * (x / scale);
    return scale * std::sqrt(sum / count);
}

}  // namespace

double power_of_two_below(double x) {
    if (x == 0 || !std::isfinite(x)) return 1;
    return std::ldexp(1.0, std::ilogb(x));
}

double euclidean_norm(std::span<const double> values) { return root_of_squares(values, 1); }

double root_mean_square(std::span<const double> values) {
    return values.empty() ? 0 : root_of_squares(values, static_cast<double>(values.size()));
}

double sum_of_sizes(std::span<const double> values) {
    double sum = 0;
    for (const double x : values) sum += std::abs(x);
    return sum;
}

}  // namespace revolute
