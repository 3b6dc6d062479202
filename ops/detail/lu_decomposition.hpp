#pragma once

#include <revolute/graph/values/matrix.hpp>

#include <Eigen/LU>

#include <algorithm>
#include <limits>
#include <type_traits>

namespace revolute::detail {

template <class Number>
using EigenMatrix = Eigen::Matrix<std::remove_const_t<Number>, Eigen::Dynamic, Eigen::Dynamic>;

/// The view as an expression of Eigen's, in either kind of numbers.
template <class Number>
Eigen::Map<EigenMatrix<Number>> mapped(BasicMatrixView<Number> x) {
    return {x.data, x.rows, x.columns};
}
template <class Number>
Eigen::Map<const EigenMatrix<Number>> mapped(BasicMatrixView<const Number> x) {
    return {x.data, x.rows, x.columns};
}

/// Calls `write` with the decomposition of A, which writes y. An entry of A that is not finite
/// makes all of y NaN: what a decomposition would leave of it depends on the pivots.
template <class Number, class Write>
void with_lu_of(BasicMatrixView<const Number> A, BasicMatrixView<Number> y, const Write& write) {
    if (!mapped(A).allFinite()) {
        std::ranges::fill(y.values(), std::numeric_limits<Number>::quiet_NaN());
        return;
    }
    // Its memory is used again by the next matrix of that size.
    thread_local Eigen::PartialPivLU<EigenMatrix<Number>> lu;
    lu.compute(mapped(A));
    write(lu);
}

}  // namespace revolute::detail
