#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/norm.hpp>
#include <revolute/tools/training/baselines.hpp>

#include <Eigen/Dense>
#include <fmt/format.h>

#include <cmath>

namespace revolute {

namespace {

void require_values_before(const char* who, std::size_t first, std::size_t needed,
                           std::size_t size) {
    if (first < needed || first > size)
        throw ShapeError(
            fmt::format("{}: the first forecast must have {} values before it, and there "
                        "must be that many rows (first is {}, of {})",
                        who, needed, first, size));
}

}  // namespace

double root_mean_square_error(std::span<const double> forecasts, std::span<const double> truth) {
    if (forecasts.size() != truth.size() || truth.empty())
        throw ShapeError(
            fmt::format("root_mean_square_error: needs as many forecasts as true values, at least "
                        "one ({} and {})",
                        forecasts.size(), truth.size()));
    std::vector<double> errors;
    errors.reserve(truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) errors.push_back(forecasts[i] - truth[i]);
    return root_mean_square(errors);
}

std::vector<double> persistence(std::span<const double> values, std::size_t first) {
    require_values_before("persistence", first, 1, values.size());
    const auto before = values.subspan(first - 1, values.size() - first);
    return {before.begin(), before.end()};
}

LinearAutoregression::LinearAutoregression(std::span<const double> values, std::size_t order) {
    if (order == 0 || values.size() < fewest_values(order))
        throw ShapeError(
            fmt::format("linear autoregression: order {} needs at least order 1 and {} values ({})",
                        order, fewest_values(order), values.size()));
    // Householder's method squares, and takes columns far smaller than that of ones for nothing:
    // values go in with a unit of their own size.
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::abs(value));
    const double unit = power_of_two_below(largest);
    const auto unknowns = static_cast<Eigen::Index>(order) + 1;
    const auto equations = static_cast<Eigen::Index>(values.size() - order);
    Eigen::MatrixXd A(equations, unknowns);
    Eigen::VectorXd y(equations);
    for (Eigen::Index row = 0; row < equations; ++row) {
        const auto t = static_cast<std::size_t>(row) + order;
        A(row, 0) = 1;
        for (std::size_t lag = 1; lag <= order; ++lag)
            A(row, static_cast<Eigen::Index>(lag)) = values[t - lag] / unit;
        y(row) = values[t] / unit;
    }
    const Eigen::VectorXd solution = A.colPivHouseholderQr().solve(y);
    intercept_ = unit * solution(0);
    coefficients_.assign(solution.data() + 1, solution.data() + unknowns);
}

std::vector<double> LinearAutoregression::forecasts(std::span<const double> values,
                                                    std::size_t first) const {
    require_values_before("linear autoregression", first, coefficients_.size(), values.size());
    std::vector<double> result;
    for (std::size_t t = first; t < values.size(); ++t) {
        double forecast = intercept_;
        for (std::size_t lag = 1; lag <= coefficients_.size(); ++lag)
            forecast += coefficients_[lag - 1] * values[t - lag];
        result.push_back(forecast);
    }
    return result;
}

}  // namespace revolute
