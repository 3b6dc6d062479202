#pragma once

#include <revolute/graph/op.hpp>

#include <algorithm>

namespace revolute::detail {

/// Of a logarithm of 1 and something: where the something is small, the 1 swallows its digits.
inline void terms_of_size_one(const Arguments&, MatrixView sizes) {
    std::ranges::fill(sizes.values(), 1.0);
}

}  // namespace revolute::detail
