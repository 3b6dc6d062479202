#include <revolute/graph/kernels/packed_products.hpp>
#include <revolute/graph/kernels/small_products.hpp>
#include <revolute/graph/program/detail/machine/product.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace revolute::detail {

namespace {

/// Every so many numbers, one of a vector.
template <class Number>
struct Strided {
    Number* first;
    int step;
};

/// Numbers of a vector that are copied together where they stand apart. Sums are interrupted behind
/// so many in any case, so that bits do not depend on the place.
constexpr int numbers_together = 1024;

template <class Number>
using Room = std::array<Number, numbers_together>;

/// Some numbers of a vector beside each other: where they stand, or copied.
template <class Number>
const Number* gathered(Strided<const Number> x, int first, int count, Room<Number>& room) {
    const Number* const from = x.first + std::ptrdiff_t{first} * x.step;
    if (x.step == 1) return from;
    for (int i = 0; i < count; ++i)
        room[static_cast<std::size_t>(i)] = from[std::ptrdiff_t{i} * x.step];
    return room.data();
}

/// Of a matrix as it stands in memory, or its transpose.
template <class Number>
struct Turned {
    const Number* first;
    int leading;
    bool is_transposed;

    const Number* at(int row, int column) const {
        if (is_transposed) std::swap(row, column);
        return first + row + std::ptrdiff_t{column} * leading;
    }
};

/// y = A x, or added to it, for A [size x inner], y without gaps.
template <class Number>
void matrix_times_vector(int size, int inner, const Turned<Number>& A, Strided<const Number> x,
                         bool adds, Number* y, bool backwards) {
    if (inner == 1 && A.is_transposed && A.leading == 1)  // a column as well
        return small_products::times(size, 1, A.first, size, x.first, adds, y);
    Room<Number> room, row_room;
    for (int k = 0; k < inner; k += numbers_together) {
        const int count = std::min(numbers_together, inner - k);
        const bool adds_now = adds || k > 0;
        const Number* const part = gathered(x, k, count, room);
        if (A.is_transposed) {
            small_products::transposed_times(count, size, A.at(0, k), A.leading, part, adds_now, y,
                                             backwards);
        } else if (size == 1) {
            const Number* const row = gathered({A.first, A.leading}, k, count, row_room);
            small_products::transposed_times(count, 1, row, count, part, adds_now, y);
        } else {
            small_products::times(size, count, A.at(0, k), A.leading, part, adds_now, y, backwards);
        }
    }
}

template <class Number>
void matrix_times_vector(int size, int inner, const Turned<Number>& A, Strided<const Number> x,
                         bool adds, Strided<Number> y, bool backwards) {
    if (y.step == 1) return matrix_times_vector(size, inner, A, x, adds, y.first, backwards);
    Room<Number> room;
    for (int first = 0; first < size; first += numbers_together) {
        const int count = std::min(numbers_together, size - first);
        Number* const to = y.first + std::ptrdiff_t{first} * y.step;
        if (adds) gathered(Strided<const Number>{to, y.step}, 0, count, room);
        matrix_times_vector(count, inner, {A.at(first, 0), A.leading, A.is_transposed}, x, adds,
                            room.data(), backwards);
        for (int i = 0; i < count; ++i)
            to[std::ptrdiff_t{i} * y.step] = room[static_cast<std::size_t>(i)];
    }
}

/// In a row or a column of the result.
template <class Number>
void multiply_vector(const ProductShape& s, const Number* left, const Number* right, Number* result,
                     bool backwards) {
    using Vector = Strided<const Number>;
    if (s.columns == 1) {
        const Vector x{right, s.right_is_transposed ? s.right_leading : 1};
        matrix_times_vector(s.rows, s.inner,
                            Turned<Number>{left, s.left_leading, s.left_is_transposed}, x, s.adds,
                            Strided<Number>{result, 1}, backwards);
    } else {  // the transposed result is the transposed right factor times a vector
        const Vector x{left, s.left_is_transposed ? 1 : s.left_leading};
        matrix_times_vector(s.columns, s.inner,
                            Turned<Number>{right, s.right_leading, !s.right_is_transposed}, x,
                            s.adds, Strided<Number>{result, s.result_leading}, backwards);
    }
}

}  // namespace

template <class Number>
std::size_t packing_room(int rows, int columns, int inner) {
    if (rows == 1 || columns == 1) return 0;
    return packed_products::room<Number>({rows, columns, inner});
}

template <class Number>
void multiply(const ProductShape& s, const Number* left, const Number* right, Number* result,
              Number* room, bool backwards) {
    const packed_products::Extent extent{s.rows, s.columns, s.inner};
    const packed_products::Factor<Number> B{right, s.right_leading, s.right_is_transposed};
    if (s.left_is_packed)
        packed_products::times(extent, left, B, s.adds, result, s.result_leading);
    else if (s.columns == 1 || s.rows == 1)
        multiply_vector(s, left, right, result, backwards);
    else
        packed_products::times(extent, {left, s.left_leading, s.left_is_transposed}, B, s.adds,
                               result, s.result_leading, room);
}

template std::size_t packing_room<double>(int rows, int columns, int inner);
template std::size_t packing_room<float>(int rows, int columns, int inner);
template void multiply(const ProductShape& s, const double* left, const double* right,
                       double* result, double* room, bool backwards);
template void multiply(const ProductShape& s, const float* left, const float* right, float* result,
                       float* room, bool backwards);

}  // namespace revolute::detail
