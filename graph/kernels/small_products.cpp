#include <revolute/graph/kernels/small_products.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

// As in vector_math.cpp: read again for each kind of processor.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/kernels/small_products.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <revolute/graph/kernels/detail/vector_parts-inl.hpp>
// clang-format on

#ifndef REVOLUTE_SMALL_PRODUCTS_KERNELS
#define REVOLUTE_SMALL_PRODUCTS_KERNELS

namespace revolute::small_products {

template <class T>
struct Operands {
    std::size_t rows, columns;
    const T* A;
    std::size_t leading;
    const T* x;
    bool adds;
    T* y;
    bool backwards;
};

template <class T>
struct Kernels {
    void (*times)(const Operands<T>&);
    void (*transposed_times)(const Operands<T>&);
};

/// A matrix that is larger leaves the first-level cache between the rows, and columns that are
/// shorter are not worth a call.
constexpr std::size_t near_bytes = std::size_t{1} << 15;
constexpr std::size_t long_column = 128;
/// Of one that is twice as large or less, much is still there for who turns back, unless its
/// columns displace each other: they do where they are so far apart.
constexpr std::size_t same_place_bytes = 512;

}  // namespace revolute::small_products

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::small_products::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using detail::vector_parts::HWY_NAMESPACE::load_part;
using detail::vector_parts::HWY_NAMESPACE::store_part;

// Rows from `row` on, so many vectors of them: each has a sum of even columns and one of odd ones,
// so that more grow side by side.
template <std::size_t height, class D, class T>
HWY_INLINE void vectors_of_rows(D d, const Operands<T>& o, std::size_t row) {
    const std::size_t lanes = hn::Lanes(d), leading = o.leading;
    const T* a = o.A + row;
    hn::Vec<D> even[height], odd[height];
    HWY_UNROLL(4)
    for (std::size_t i = 0; i < height; ++i) even[i] = odd[i] = hn::Zero(d);
    std::size_t column = 0;
    for (; column + 2 <= o.columns; column += 2, a += 2 * leading) {
        const auto first = hn::Set(d, o.x[column]), second = hn::Set(d, o.x[column + 1]);
        HWY_UNROLL(4)
        for (std::size_t i = 0; i < height; ++i) {
            even[i] = hn::MulAdd(hn::LoadU(d, a + i * lanes), first, even[i]);
            odd[i] = hn::MulAdd(hn::LoadU(d, a + leading + i * lanes), second, odd[i]);
        }
    }
    if (column < o.columns) {
        const auto last = hn::Set(d, o.x[column]);
        HWY_UNROLL(4)
        for (std::size_t i = 0; i < height; ++i)
            even[i] = hn::MulAdd(hn::LoadU(d, a + i * lanes), last, even[i]);
    }
    T* const y = o.y + row;
    HWY_UNROLL(4)
    for (std::size_t i = 0; i < height; ++i) {
        const auto sum = hn::Add(even[i], odd[i]);
        hn::StoreU(o.adds ? hn::Add(hn::LoadU(d, y + i * lanes), sum) : sum, d, y + i * lanes);
    }
}

// The last `count` rows, less than a vector.
template <class D, class T>
void last_rows(D d, const Operands<T>& o, std::size_t row, std::size_t count) {
    const T* a = o.A + row;
    auto even = hn::Zero(d), odd = hn::Zero(d);
    std::size_t column = 0;
    for (; column + 2 <= o.columns; column += 2, a += 2 * o.leading) {
        even = hn::MulAdd(load_part(d, a, count), hn::Set(d, o.x[column]), even);
        odd = hn::MulAdd(load_part(d, a + o.leading, count), hn::Set(d, o.x[column + 1]), odd);
    }
    if (column < o.columns)
        even = hn::MulAdd(load_part(d, a, count), hn::Set(d, o.x[column]), even);
    even = hn::Add(even, odd);
    if (o.adds) even = hn::Add(load_part(d, o.y + row, count), even);
    store_part(d, even, o.y + row, count);
}

// y += A x for a few columns of A, each read from its first row to its last, as those of a matrix
// beyond the caches must be.
template <std::size_t width, class D, class T>
HWY_INLINE void add_columns(D d, const Operands<T>& o, std::size_t column) {
    const std::size_t lanes = hn::Lanes(d), leading = o.leading, rows = o.rows;
    const T* a = o.A + column * leading;
    T* const y = o.y;
    hn::Vec<D> x[width];
    HWY_UNROLL(8)
    for (std::size_t j = 0; j < width; ++j) x[j] = hn::Set(d, o.x[column + j]);
    std::size_t row = 0;
    for (; row + lanes <= rows; row += lanes) {
        auto sum = hn::LoadU(d, y + row);
        HWY_UNROLL(8)
        for (std::size_t j = 0; j < width; ++j)
            sum = hn::MulAdd(hn::LoadU(d, a + j * leading + row), x[j], sum);
        hn::StoreU(sum, d, y + row);
    }
    if (row == rows) return;
    auto sum = load_part(d, y + row, rows - row);
    for (std::size_t j = 0; j < width; ++j)
        sum = hn::MulAdd(load_part(d, a + j * leading + row, rows - row), x[j], sum);
    store_part(d, sum, y + row, rows - row);
}

template <class T>
void times_by_columns(const Operands<T>& o) {
    const hn::ScalableTag<T> d;
    if (!o.adds) std::fill_n(o.y, o.rows, T(0));
    std::size_t column = 0;
    for (; column + 8 <= o.columns; column += 8) add_columns<8>(d, o, column);
    for (; column < o.columns; ++column) add_columns<1>(d, o, column);
}

// A number times a column.
template <bool adds, class T>
void times_number(const Operands<T>& o) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d), rows = o.rows;
    const auto x = hn::Set(d, o.x[0]);
    const T* const a = o.A;
    T* const y = o.y;
    std::size_t row = 0;
    for (; row + lanes <= rows; row += lanes) {
        const auto product = hn::MulAdd(hn::LoadU(d, a + row), x, hn::Zero(d));
        hn::StoreU(adds ? hn::Add(hn::LoadU(d, y + row), product) : product, d, y + row);
    }
    if (row == rows) return;
    const std::size_t rest = rows - row;
    const auto product = hn::MulAdd(load_part(d, a + row, rest), x, hn::Zero(d));
    store_part(d, adds ? hn::Add(load_part(d, y + row, rest), product) : product, y + row, rest);
}

// Rows by vectors, four of them, then two, then one, then what is less.
template <class T>
void times_by_rows(const Operands<T>& o) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d), tall = 4 * lanes, most = o.rows / tall * tall;
    const auto last_ones = [&] {
        std::size_t row = most;
        for (; row + 2 * lanes <= o.rows; row += 2 * lanes) vectors_of_rows<2>(d, o, row);
        for (; row + lanes <= o.rows; row += lanes) vectors_of_rows<1>(d, o, row);
        if (row < o.rows) last_rows(d, o, row, o.rows - row);
    };
    if (o.backwards) {
        last_ones();
        for (std::size_t row = most; row > 0; row -= tall) vectors_of_rows<4>(d, o, row - tall);
    } else {
        for (std::size_t row = 0; row < most; row += tall) vectors_of_rows<4>(d, o, row);
        last_ones();
    }
}

template <class T>
void times(const Operands<T>& o) {
    if (o.columns == 1) return o.adds ? times_number<true>(o) : times_number<false>(o);
    const std::size_t bytes = o.rows * o.columns * sizeof(T);
    const bool turning_helps =
        bytes <= 2 * near_bytes && o.leading * sizeof(T) % same_place_bytes != 0;
    if (o.rows >= long_column && bytes > near_bytes && !turning_helps)
        times_by_columns(o);
    else
        times_by_rows(o);
}

// Columns from `column` on, `count` of them side by side: each has a sum of even vectors and one of
// odd ones.
template <std::size_t count, class T>
HWY_INLINE void dot_products(const Operands<T>& o, std::size_t column) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d), leading = o.leading, rows = o.rows;
    const T* const a = o.A + column * leading;
    hn::Vec<decltype(d)> even[count], odd[count];
    HWY_UNROLL(4)
    for (std::size_t i = 0; i < count; ++i) even[i] = odd[i] = hn::Zero(d);
    std::size_t row = 0;
    for (; row + 2 * lanes <= rows; row += 2 * lanes) {
        const auto first = hn::LoadU(d, o.x + row), second = hn::LoadU(d, o.x + row + lanes);
        HWY_UNROLL(4)
        for (std::size_t i = 0; i < count; ++i) {
            even[i] = hn::MulAdd(hn::LoadU(d, a + i * leading + row), first, even[i]);
            odd[i] = hn::MulAdd(hn::LoadU(d, a + i * leading + row + lanes), second, odd[i]);
        }
    }
    if (row + lanes <= rows) {
        const auto x = hn::LoadU(d, o.x + row);
        for (std::size_t i = 0; i < count; ++i)
            even[i] = hn::MulAdd(hn::LoadU(d, a + i * leading + row), x, even[i]);
        row += lanes;
    }
    if (row < rows) {
        const auto x = load_part(d, o.x + row, rows - row);
        for (std::size_t i = 0; i < count; ++i)
            odd[i] = hn::MulAdd(load_part(d, a + i * leading + row, rows - row), x, odd[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const T sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(even[i], odd[i])));
        o.y[column + i] = o.adds ? o.y[column + i] + sum : sum;
    }
}

template <class T>
void transposed_times(const Operands<T>& o) {
    const std::size_t most = o.columns / 4 * 4;
    const auto last_ones = [&] {
        for (std::size_t column = most; column < o.columns; ++column) dot_products<1>(o, column);
    };
    if (o.backwards) {
        last_ones();
        for (std::size_t column = most; column > 0; column -= 4) dot_products<4>(o, column - 4);
    } else {
        for (std::size_t column = 0; column < most; column += 4) dot_products<4>(o, column);
        last_ones();
    }
}

template <class T>
constexpr Kernels<T> kernels = {.times = times<T>, .transposed_times = transposed_times<T>};

const Kernels<double>& double_kernels() { return kernels<double>; }
const Kernels<float>& float_kernels() { return kernels<float>; }

}  // namespace revolute::small_products::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace revolute::small_products {

namespace {

HWY_EXPORT(double_kernels);
HWY_EXPORT(float_kernels);

template <class T>
const Kernels<T>& chosen() {
    if constexpr (std::is_same_v<T, double>)
        return HWY_DYNAMIC_DISPATCH(double_kernels)();
    else
        return HWY_DYNAMIC_DISPATCH(float_kernels)();
}

template <class T>
Operands<T> operands(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y,
                     bool backwards) {
    return {static_cast<std::size_t>(rows),
            static_cast<std::size_t>(columns),
            A,
            static_cast<std::size_t>(leading),
            x,
            adds,
            y,
            backwards};
}

}  // namespace

template <class T>
void times(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y,
           bool backwards) {
    chosen<T>().times(operands(rows, columns, A, leading, x, adds, y, backwards));
}

template <class T>
void transposed_times(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y,
                      bool backwards) {
    chosen<T>().transposed_times(operands(rows, columns, A, leading, x, adds, y, backwards));
}

template void times(int rows, int columns, const double* A, int leading, const double* x, bool adds,
                    double* y, bool backwards);
template void times(int rows, int columns, const float* A, int leading, const float* x, bool adds,
                    float* y, bool backwards);
template void transposed_times(int rows, int columns, const double* A, int leading, const double* x,
                               bool adds, double* y, bool backwards);
template void transposed_times(int rows, int columns, const float* A, int leading, const float* x,
                               bool adds, float* y, bool backwards);

}  // namespace revolute::small_products

#endif  // HWY_ONCE
