#include <revolute/graph/program/detail/blas.hpp>

#include <cblas.h>

#include <algorithm>

namespace revolute::detail {

namespace {

CBLAS_TRANSPOSE turned(bool is_transposed) { return is_transposed ? CblasTrans : CblasNoTrans; }

void matrix_times_matrix(const ProductShape& s, const double* left, const double* right,
                         double* result) {
    cblas_dgemm(CblasColMajor, turned(s.left_is_transposed), turned(s.right_is_transposed), s.rows,
                s.columns, s.inner, 1.0, left, s.left_is_transposed ? s.inner : s.rows, right,
                s.right_is_transposed ? s.columns : s.inner, s.adds ? 1.0 : 0.0, result, s.rows);
}

void matrix_times_matrix(const ProductShape& s, const float* left, const float* right,
                         float* result) {
    cblas_sgemm(CblasColMajor, turned(s.left_is_transposed), turned(s.right_is_transposed), s.rows,
                s.columns, s.inner, 1.0F, left, s.left_is_transposed ? s.inner : s.rows, right,
                s.right_is_transposed ? s.columns : s.inner, s.adds ? 1.0F : 0.0F, result, s.rows);
}

/// y += A x, or y += A' x, for A [rows x columns].
void add_matrix_times_vector(bool is_transposed, int rows, int columns, const double* matrix,
                             const double* x, double* y) {
    cblas_dgemv(CblasColMajor, turned(is_transposed), rows, columns, 1.0, matrix, rows, x, 1, 1.0,
                y, 1);
}

void add_matrix_times_vector(bool is_transposed, int rows, int columns, const float* matrix,
                             const float* x, float* y) {
    cblas_sgemv(CblasColMajor, turned(is_transposed), rows, columns, 1.0F, matrix, rows, x, 1, 1.0F,
                y, 1);
}

template <class Number>
void multiply_any(const ProductShape& s, const Number* left, const Number* right, Number* result) {
    if (s.columns != 1 && s.rows != 1) return matrix_times_matrix(s, left, right, result);
    // Not by beta = 0: some BLAS multiply by it what is not a number and was left in memory.
    if (!s.adds) std::fill_n(result, s.rows * s.columns, Number{0});
    if (s.columns == 1) {
        const bool turns = s.left_is_transposed;
        add_matrix_times_vector(turns, turns ? s.inner : s.rows, turns ? s.rows : s.inner, left,
                                right, result);
    } else {  // the transposed result is the transposed right factor times a vector
        const bool turns = !s.right_is_transposed;
        add_matrix_times_vector(turns, turns ? s.inner : s.columns, turns ? s.columns : s.inner,
                                right, left, result);
    }
}

}  // namespace

void multiply(const ProductShape& shape, const double* left, const double* right, double* result) {
    multiply_any(shape, left, right, result);
}

void multiply(const ProductShape& shape, const float* left, const float* right, float* result) {
    multiply_any(shape, left, right, result);
}

void use_one_blas_thread() { openblas_set_num_threads(1); }

}  // namespace revolute::detail
