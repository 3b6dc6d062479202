#include <revolute/graph/program/small_products.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

// As in vector_math.cpp: read again for each kind of processor.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/program/small_products.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <revolute/graph/program/detail/vector_parts-inl.hpp>
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
};

template <class T>
struct Kernels {
    void (*times)(const Operands<T>&);
    void (*transposed_times)(const Operands<T>&);
};

}  // namespace revolute::small_products

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::small_products::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using vector_parts::HWY_NAMESPACE::load_part;
using vector_parts::HWY_NAMESPACE::store_part;

// Rows from `row` on, two vectors of them times two columns, so that four sums grow side by side.
template <class D, class T>
void two_vectors_of_rows(D d, const Operands<T>& o, std::size_t row) {
    const std::size_t lanes = hn::Lanes(d);
    const T* a = o.A + row;
    auto low = hn::Zero(d), high = hn::Zero(d), low_odd = hn::Zero(d), high_odd = hn::Zero(d);
    std::size_t column = 0;
    for (; column + 2 <= o.columns; column += 2, a += 2 * o.leading) {
        const auto even = hn::Set(d, o.x[column]), odd = hn::Set(d, o.x[column + 1]);
        low = hn::MulAdd(hn::LoadU(d, a), even, low);
        high = hn::MulAdd(hn::LoadU(d, a + lanes), even, high);
        low_odd = hn::MulAdd(hn::LoadU(d, a + o.leading), odd, low_odd);
        high_odd = hn::MulAdd(hn::LoadU(d, a + o.leading + lanes), odd, high_odd);
    }
    if (column < o.columns) {
        const auto even = hn::Set(d, o.x[column]);
        low = hn::MulAdd(hn::LoadU(d, a), even, low);
        high = hn::MulAdd(hn::LoadU(d, a + lanes), even, high);
    }
    low = hn::Add(low, low_odd);
    high = hn::Add(high, high_odd);
    T* const y = o.y + row;
    hn::StoreU(o.adds ? hn::Add(hn::LoadU(d, y), low) : low, d, y);
    hn::StoreU(o.adds ? hn::Add(hn::LoadU(d, y + lanes), high) : high, d, y + lanes);
}

// The last `count` rows, less than a vector or one.
template <class D, class T>
void last_rows(D d, const Operands<T>& o, std::size_t row, std::size_t count) {
    const bool is_whole = count == hn::Lanes(d);
    const auto load = [&](const T* from) HWY_ATTR {
        return is_whole ? hn::LoadU(d, from) : load_part(d, from, count);
    };
    const T* a = o.A + row;
    auto even = hn::Zero(d), odd = hn::Zero(d);
    std::size_t column = 0;
    for (; column + 2 <= o.columns; column += 2, a += 2 * o.leading) {
        even = hn::MulAdd(load(a), hn::Set(d, o.x[column]), even);
        odd = hn::MulAdd(load(a + o.leading), hn::Set(d, o.x[column + 1]), odd);
    }
    if (column < o.columns) even = hn::MulAdd(load(a), hn::Set(d, o.x[column]), even);
    even = hn::Add(even, odd);
    if (o.adds) even = hn::Add(load(o.y + row), even);
    if (is_whole)
        hn::StoreU(even, d, o.y + row);
    else
        store_part(d, even, o.y + row, count);
}

template <class T>
void times(const Operands<T>& o) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t row = 0;
    for (; row + 2 * lanes <= o.rows; row += 2 * lanes) two_vectors_of_rows(d, o, row);
    if (row + lanes <= o.rows) {
        last_rows(d, o, row, lanes);
        row += lanes;
    }
    if (row < o.rows) last_rows(d, o, row, o.rows - row);
}

// Columns from `column` on, `count` of them side by side.
template <std::size_t count, class T>
void dot_products(const Operands<T>& o, std::size_t column) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const T* const a = o.A + column * o.leading;
    hn::Vec<decltype(d)> sums[count];
    for (auto& sum : sums) sum = hn::Zero(d);
    std::size_t row = 0;
    for (; row + lanes <= o.rows; row += lanes) {
        const auto x = hn::LoadU(d, o.x + row);
        for (std::size_t i = 0; i < count; ++i)
            sums[i] = hn::MulAdd(hn::LoadU(d, a + i * o.leading + row), x, sums[i]);
    }
    if (row < o.rows) {
        const auto x = load_part(d, o.x + row, o.rows - row);
        for (std::size_t i = 0; i < count; ++i)
            sums[i] = hn::MulAdd(load_part(d, a + i * o.leading + row, o.rows - row), x, sums[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const T sum = hn::GetLane(hn::SumOfLanes(d, sums[i]));
        o.y[column + i] = o.adds ? o.y[column + i] + sum : sum;
    }
}

template <class T>
void transposed_times(const Operands<T>& o) {
    std::size_t column = 0;
    for (; column + 4 <= o.columns; column += 4) dot_products<4>(o, column);
    for (; column < o.columns; ++column) dot_products<1>(o, column);
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
Operands<T> operands(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y) {
    return {static_cast<std::size_t>(rows),
            static_cast<std::size_t>(columns),
            A,
            static_cast<std::size_t>(leading),
            x,
            adds,
            y};
}

}  // namespace

template <class T>
void times(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y) {
    chosen<T>().times(operands(rows, columns, A, leading, x, adds, y));
}

template <class T>
void transposed_times(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y) {
    chosen<T>().transposed_times(operands(rows, columns, A, leading, x, adds, y));
}

template void times(int rows, int columns, const double* A, int leading, const double* x, bool adds,
                    double* y);
template void times(int rows, int columns, const float* A, int leading, const float* x, bool adds,
                    float* y);
template void transposed_times(int rows, int columns, const double* A, int leading, const double* x,
                               bool adds, double* y);
template void transposed_times(int rows, int columns, const float* A, int leading, const float* x,
                               bool adds, float* y);

}  // namespace revolute::small_products

#endif  // HWY_ONCE
