#pragma once

/// @file
/// What any forecaster has to beat. All forecasts are one step ahead, in the units of the data,
/// each from the true values before it.

#include <span>
#include <vector>

namespace revolute {

/// Root of the mean squared difference. Throws ShapeError unless both are equally long and not
/// empty.
double root_mean_square_error(std::span<const double> forecasts, std::span<const double> truth);

/// Forecasts of values[first], values[first + 1], ...: each is the value before. Throws ShapeError
/// unless there is a value before the first.
std::vector<double> persistence(std::span<const double> values, std::size_t first);

/// x(t) = a + b_1 x(t-1) + ... + b_p x(t-p), fitted by least squares.
class LinearAutoregression {
 public:
    /// How many values a fit of this order needs at least: as many equations as unknowns.
    static std::size_t fewest_values(std::size_t order) { return 2 * order + 1; }

    /// Fits to these values alone. Throws ShapeError when the order is 0 or there are fewer than
    /// `fewest_values`.
    LinearAutoregression(std::span<const double> values, std::size_t order);

    /// a.
    double intercept() const { return intercept_; }
    /// b_1, ..., b_p.
    std::span<const double> coefficients() const { return coefficients_; }

    /// Forecasts of values[first], values[first + 1], ... Throws ShapeError unless there are as
    /// many values before the first as the order says.
    std::vector<double> forecasts(std::span<const double> values, std::size_t first) const;

 private:
    double intercept_ = 0;
    std::vector<double> coefficients_;
};

}  // namespace revolute
