#pragma once

/// @file
/// Looks at Revolute's matrices as Eigen expressions and back. Header-only, so that everything of
/// Eigen is compiled with the flags of the translation unit that uses it. Templates on Eigen's own
/// type: the library compiles Eigen in a namespace of its own, and shares no function with the
/// user's.

#include <revolute/graph/values/matrix.hpp>

#if !__has_include(<Eigen/Core>)
#error "revolute/graph/values/eigen.hpp needs Eigen: link the CMake target revolute::eigen"
#endif
#include <Eigen/Core>

namespace revolute {

///@{
/// The matrix as an Eigen::Map of the same numbers, read-only where it is const. `EigenMatrix` may
/// have fixed sizes.
template <class EigenMatrix = Eigen::MatrixXd>
Eigen::Map<EigenMatrix> as_eigen(MatrixView view) {
    return {view.data, view.rows, view.columns};
}

template <class EigenMatrix = Eigen::MatrixXd>
Eigen::Map<const EigenMatrix> as_eigen(ConstMatrixView view) {
    return {view.data, view.rows, view.columns};
}

template <class EigenMatrix = Eigen::MatrixXd>
Eigen::Map<EigenMatrix> as_eigen(Matrix& matrix) {
    return as_eigen<EigenMatrix>(MatrixView(matrix));
}

template <class EigenMatrix = Eigen::MatrixXd>
Eigen::Map<const EigenMatrix> as_eigen(const Matrix& matrix) {
    return as_eigen<EigenMatrix>(ConstMatrixView(matrix));
}
///@}

/// Copy of an Eigen expression of doubles.
template <class Derived>
Matrix to_matrix(const Eigen::MatrixBase<Derived>& expression) {
    Matrix matrix(static_cast<int>(expression.rows()), static_cast<int>(expression.cols()));
    as_eigen(matrix) = expression;
    return matrix;
}

}  // namespace revolute
