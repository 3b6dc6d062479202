#include <revolute/tools/support/norm.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace revolute {

namespace {

double scale_of(std::span<const double> values) {
    double largest = 0;
    for (const double x : values) largest = std::max(largest, std::abs(x));
    return power_of_two_below(largest);
}

/// Square root of the sum of squares over `count`. Scaled by a power of two, so that nothing but
/// the range changes.
double root_of_squares(std::span<const double> values, double count) {
    const double scale = scale_of(values);
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

/// The median of the ratios, each counted by the size of its slope.
std::optional<double> closest_factor(std::span<const double> slopes,
                                     std::span<const double> values) {
    const double scale = scale_of(slopes);
    std::vector<std::pair<double, double>> ratios;  // with the size of the slope
    double all = 0;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        const double size = std::abs(slopes[i]) / scale, ratio = values[i] / slopes[i];
        if (!(size > 0) || !std::isfinite(size) || !std::isfinite(ratio)) continue;
        ratios.emplace_back(ratio, size);
        all += size;
    }
    std::ranges::sort(ratios);
    double below = 0;
    for (const auto& [ratio, size] : ratios) {
        below += size;
        if (2 * below >= all) return ratio;
    }
    return std::nullopt;
}

double sum_of_sizes(std::span<const double> values) {
    double sum = 0;
    for (const double x : values) sum += std::abs(x);
    return sum;
}

}  // namespace revolute
