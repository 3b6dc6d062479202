#pragma once

#include <revolute/graph/values/matrix.hpp>

#include <numeric>
#include <span>

namespace revolute::test {

/// The sum of the products of the entries.
inline double dot(const Matrix& a, const Matrix& b) {
    return std::inner_product(a.values().begin(), a.values().end(), b.values().begin(), 0.0);
}

/// The same over all matrices.
inline double dot(std::span<const Matrix> a, std::span<const Matrix> b) {
    double total = 0;
    for (std::size_t i = 0; i < a.size(); ++i) total += dot(a[i], b[i]);
    return total;
}

}  // namespace revolute::test
