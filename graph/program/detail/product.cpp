#include <revolute/graph/program/blas.hpp>
#include <revolute/graph/program/detail/product.hpp>
#include <revolute/graph/program/packed_products.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/program/small_products.hpp>

#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

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
/// tests/bench/products on Zen 4: 1.3 to 2.5 times for A x up to 64 x 64, twice slower from
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

/// In a row or a column of the result.
template <class Number>
void multiply_vector(const ProductShape& s, const Number* left, const Number* right,
                     Number* result) {
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

// A block of the left factor takes half a megabyte in float, one in double.
constexpr int rows_of_block = 512;
constexpr int inner_of_block = 256;

/// In nanoseconds.
template <class Action>
double time_of(const Action& action) {
    const auto start = std::chrono::steady_clock::now();
    action();
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    return time.count();
}

/// The least times of one product in turns tell: with vectors of one width OpenBLAS takes 0.8 to 1 of ours, with half
/// of it over 1.6.
template <class Number>
bool measures_slow() {
    constexpr int size = 64, turns = 9;
    constexpr double much = 1.25;
    const std::vector<Number> ones(std::size_t{size} * size, Number(1));
    std::vector<Number> result(ones.size()), room(room_for_block<Number>(size, size));
    const ProductShape shape{.rows = size,
                             .columns = size,
                             .inner = size,
                             .left_leading = size,
                             .right_leading = size,
                             .result_leading = size};
    double ours = std::numeric_limits<double>::infinity(), theirs = ours;
    for (int turn = 0; turn < turns; ++turn) {
        ours = std::min(ours, time_of([&] {
                            multiply_by_blocks(shape, ones.data(), ones.data(), result.data(),
                                               room.data());
                        }));
        theirs = std::min(theirs, time_of([&] {
                              matrix_times_matrix(shape, ones.data(), ones.data(), result.data());
                          }));
    }
    return theirs > much * ours;
}

template <class Number>
bool is_slow_for() {
    static const bool is_slow = measures_slow<Number>();
    return is_slow;
}

/// Our kernels pack the left factor for this product alone: with vectors of one width OpenBLAS 0.3.21 is as fast or
/// faster, by tests/bench/products.
template <class Number>
bool is_by_blas(int columns, int inner) {
    return !is_slow_for<Number>() || columns < 4 || inner < 8;
}

}  // namespace

template <class Number>
void multiply_by_blocks(const ProductShape& s, const Number* left, const Number* right,
                        Number* result, Number* room) {
    const auto at = [](const Number* matrix, int leading, bool is_transposed, int row, int column) {
        if (is_transposed) std::swap(row, column);
        return matrix + row + std::ptrdiff_t{column} * leading;
    };
    for (int row = 0; row < s.rows; row += rows_of_block)
        for (int k = 0; k < s.inner; k += inner_of_block) {
            const int rows = std::min(rows_of_block, s.rows - row);
            const int inner = std::min(inner_of_block, s.inner - k);
            packed_products::pack(rows, inner,
                                  {at(left, s.left_leading, s.left_is_transposed, row, k),
                                   s.left_leading, s.left_is_transposed},
                                  room);
            packed_products::times({rows, s.columns, inner}, room,
                                   {at(right, s.right_leading, s.right_is_transposed, k, 0),
                                    s.right_leading, s.right_is_transposed},
                                   s.adds || k > 0, result + row, s.result_leading);
        }
}

template <class Number>
std::size_t room_for_block(int rows, int inner) {
    return packed_products::packed_size<Number>(std::min(rows, rows_of_block),
                                                std::min(inner, inner_of_block));
}

template <class Number>
std::size_t packing_room(int rows, int columns, int inner) {
    if (rows == 1 || columns == 1 || is_by_blas<Number>(columns, inner)) return 0;
    return room_for_block<Number>(rows, inner);
}

template <class Number>
void multiply(const ProductShape& s, const Number* left, const Number* right, Number* result,
              Number* room) {
    if (s.left_is_packed)
        packed_products::times({s.rows, s.columns, s.inner}, left,
                               {right, s.right_leading, s.right_is_transposed}, s.adds, result,
                               s.result_leading);
    else if (s.columns == 1 || s.rows == 1)
        multiply_vector(s, left, right, result);
    else if (is_by_blas<Number>(s.columns, s.inner))
        matrix_times_matrix(s, left, right, result);
    else
        multiply_by_blocks(s, left, right, result, room);
}

template void multiply_by_blocks(const ProductShape& s, const double* left, const double* right,
                                 double* result, double* room);
template void multiply_by_blocks(const ProductShape& s, const float* left, const float* right,
                                 float* result, float* room);
template std::size_t room_for_block<double>(int rows, int inner);
template std::size_t room_for_block<float>(int rows, int inner);
template std::size_t packing_room<double>(int rows, int columns, int inner);
template std::size_t packing_room<float>(int rows, int columns, int inner);
template void multiply(const ProductShape& s, const double* left, const double* right,
                       double* result, double* room);
template void multiply(const ProductShape& s, const float* left, const float* right, float* result,
                       float* room);

void use_one_blas_thread() { openblas_set_num_threads(1); }

}  // namespace revolute::detail

std::string_view revolute::blas_kernels() { return openblas_get_corename(); }

bool revolute::is_blas_slow() {
    return detail::is_slow_for<double>() || detail::is_slow_for<float>();
}
