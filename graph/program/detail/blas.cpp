#include <revolute/graph/program/detail/blas.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/program/small_products.hpp>

#include <cblas.h>

#include <cstddef>

namespace revolute::detail {

namespace {

CBLAS_TRANSPOSE turned(bool is_transposed) { return is_transposed ? CblasTrans : CblasNoTrans; }

void matrix_times_matrix(const ProductShape& s, const double* left, const double* right,
                         double* result) {
    cblas_dgemm(CblasColMajor, turned(s.left_is_transposed), turned(s.right_is_transposed), s.rows,
                s.columns, s.inner, 1.0, left, s.left_leading, right, s.right_leading,
                s.adds ? 1.0 : 0.0, result, s.result_leading);
}

void matrix_times_matrix(const ProductShape& s, const float* left, const float* right,
                         float* result) {
    cblas_sgemm(CblasColMajor, turned(s.left_is_transposed), turned(s.right_is_transposed), s.rows,
                s.columns, s.inner, 1.0F, left, s.left_leading, right, s.right_leading,
                s.adds ? 1.0F : 0.0F, result, s.result_leading);
}

/// Every so many numbers, one of a vector.
template <class Number>
struct Strided {
    Number* first;
    int step;
};

/// y += A x, or y += A' x, for A [rows x columns].
void add_matrix_times_vector(bool is_transposed, int rows, int columns, const double* matrix,
                             int leading, Strided<const double> x, Strided<double> y) {
    cblas_dgemv(CblasColMajor, turned(is_transposed), rows, columns, 1.0, matrix, leading, x.first,
                x.step, 1.0, y.first, y.step);
}

void add_matrix_times_vector(bool is_transposed, int rows, int columns, const float* matrix,
                             int leading, Strided<const float> x, Strided<float> y) {
    cblas_sgemv(CblasColMajor, turned(is_transposed), rows, columns, 1.0F, matrix, leading, x.first,
                x.step, 1.0F, y.first, y.step);
}

/// Up to how many entries of the matrix our own kernels are faster than OpenBLAS 0.3.21, by
/// tests/bench/small_products on Zen 4: 1.3 to 2.5 times for A x up to 64 x 64, twice slower from
/// 256 x 64 on; 1.05 to 3 times for A' x up to 256 x 256, slower from 1024 x 256 on.
constexpr int most_entries = 64 * 64;
constexpr int most_entries_transposed = 256 * 256;

bool is_small(bool is_transposed, int rows, int columns) {
    return rows <= (is_transposed ? most_entries_transposed : most_entries) / columns;
}

/// y = A x or y = A' x, or added to it, for A [rows x columns].
template <class Number>
void matrix_times_vector(bool is_transposed, int rows, int columns, const Number* matrix,
                         int leading, Strided<const Number> x, bool adds, Strided<Number> y) {
    if (x.step == 1 && y.step == 1 && is_small(is_transposed, rows, columns)) {
        if (is_transposed)
            small_products::transposed_times(rows, columns, matrix, leading, x.first, adds,
                                             y.first);
        else
            small_products::times(rows, columns, matrix, leading, x.first, adds, y.first);
        return;
    }
    // Not by beta = 0: some BLAS multiply by it what is not a number and was left in memory.
    if (!adds)
        for (std::ptrdiff_t i = 0; i < (is_transposed ? columns : rows); ++i)
            y.first[i * y.step] = 0;
    add_matrix_times_vector(is_transposed, rows, columns, matrix, leading, x, y);
}

template <class Number>
void multiply_any(const ProductShape& s, const Number* left, const Number* right, Number* result) {
    if (s.columns != 1 && s.rows != 1) return matrix_times_matrix(s, left, right, result);
    using Vector = Strided<const Number>;
    if (s.columns == 1) {
        const bool turns = s.left_is_transposed;
        const Vector x{right, s.right_is_transposed ? s.right_leading : 1};
        matrix_times_vector(turns, turns ? s.inner : s.rows, turns ? s.rows : s.inner, left,
                            s.left_leading, x, s.adds, Strided<Number>{result, 1});
    } else {  // the transposed result is the transposed right factor times a vector
        const bool turns = !s.right_is_transposed;
        const Vector x{left, s.left_is_transposed ? 1 : s.left_leading};
        matrix_times_vector(turns, turns ? s.inner : s.columns, turns ? s.columns : s.inner, right,
                            s.right_leading, x, s.adds, Strided<Number>{result, s.result_leading});
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

std::string_view revolute::blas_kernels() { return openblas_get_corename(); }
