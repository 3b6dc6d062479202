#include <revolute/graph/program/packed_products.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

// As in vector_math.cpp: read again for each kind of processor.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/program/packed_products.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <revolute/graph/program/detail/vector_parts-inl.hpp>
// clang-format on

#ifndef REVOLUTE_PACKED_PRODUCTS_KERNELS
#define REVOLUTE_PACKED_PRODUCTS_KERNELS

namespace revolute::packed_products {

/// A matrix by the distances in memory from an entry to that below it, and to that beside it.
template <class T>
struct Entries {
    const T* first;
    std::size_t below, beside;
};

template <class T>
struct Operands {
    std::size_t rows, columns, inner;
    const T* packed;
    Entries<T> B;
    bool adds;
    T* C;
    std::size_t leading;
};

template <class T>
struct Kernels {
    std::size_t (*lanes)();
    void (*pack)(std::size_t rows, std::size_t inner, const Entries<T>& A, T* packed);
    void (*times)(Operands<T> operands);
};

/// Of the processors that are common: so the memory of a program does not depend on which one it is.
constexpr std::size_t bytes_of_widest_vector = 64;

/// Columns for which all of the left factor is read once: so few that the right one stays in a cache.
constexpr std::size_t columns_of_block = 64;

}  // namespace revolute::packed_products

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::packed_products::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using vector_parts::HWY_NAMESPACE::load_part;
using vector_parts::HWY_NAMESPACE::store_part;

// The sums of a tile, what they are made of, and little else fit into the registers: 32, or 16.
constexpr std::size_t most_vectors = 3;
#if HWY_ARCH_X86 && HWY_TARGET > HWY_AVX3
constexpr std::size_t most_columns = 4;
#else
constexpr std::size_t most_columns = 8;
#endif

// Rows that are whole vectors in memory, `count` of them beside each other.
template <std::size_t count, class T>
void pack_vectors(std::size_t inner, const T* from, std::size_t beside, T* packed) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t k = 0; k < inner; ++k, from += beside, packed += lanes) {
        HWY_UNROLL(4)
        for (std::size_t i = 0; i < count; ++i)
            hn::StoreU(hn::LoadU(d, from + i * lanes), d, packed + i * inner * lanes);
    }
}

// The last rows, less than a vector.
template <class T>
void pack_part(std::size_t count, std::size_t inner, const T* from, std::size_t beside, T* packed) {
    const hn::ScalableTag<T> d;
    for (std::size_t k = 0; k < inner; ++k, from += beside, packed += hn::Lanes(d))
        hn::StoreU(load_part(d, from, count), d, packed);
}

// Rows that stand apart in memory, and of which each is without gaps.
template <class T>
void pack_transposed(std::size_t rows, std::size_t inner, const T* from, std::size_t below,
                     T* packed) {
    const std::size_t lanes = hn::Lanes(hn::ScalableTag<T>());
    std::fill(packed + rows / lanes * lanes * inner,
              packed + (rows + lanes - 1) / lanes * lanes * inner, T(0));
    for (std::size_t row = 0; row < rows; ++row, from += below) {
        T* const to = packed + row / lanes * lanes * inner + row % lanes;
        for (std::size_t k = 0; k < inner; ++k) to[k * lanes] = from[k];
    }
}

template <class T>
void pack(std::size_t rows, std::size_t inner, const Entries<T>& A, T* packed) {
    if (A.below != 1) return pack_transposed(rows, inner, A.first, A.below, packed);
    const std::size_t lanes = hn::Lanes(hn::ScalableTag<T>());
    std::size_t row = 0;
    for (; row + 4 * lanes <= rows; row += 4 * lanes)
        pack_vectors<4>(inner, A.first + row, A.beside, packed + row * inner);
    for (; row + lanes <= rows; row += lanes)
        pack_vectors<1>(inner, A.first + row, A.beside, packed + row * inner);
    if (row < rows) pack_part(rows - row, inner, A.first + row, A.beside, packed + row * inner);
}

// Rows of the result, from `row` on.
template <class T, class V>
HWY_INLINE void put(const Operands<T>& o, std::size_t row, std::size_t column, V sums) {
    const hn::ScalableTag<T> d;
    T* const y = o.C + column * o.leading + row;
    if (row + hn::Lanes(d) <= o.rows) {
        hn::StoreU(o.adds ? hn::Add(hn::LoadU(d, y), sums) : sums, d, y);
    } else {
        const std::size_t count = o.rows - row;
        store_part(d, o.adds ? hn::Add(load_part(d, y, count), sums) : sums, y, count);
    }
}

// `height` vectors of rows, from number `vector` on, times `width` columns. All loops but that over the
// inner index are unrolled, so that the sums are registers.
template <std::size_t height, std::size_t width, class T>
void tile(const Operands<T>& o, std::size_t vector, std::size_t column) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d), stride = o.inner * lanes;
    hn::Vec<decltype(d)> sums[width][height];
    HWY_UNROLL(8)
    for (auto& of_column : sums) {
        HWY_UNROLL(3)
        for (auto& sum : of_column) sum = hn::Zero(d);
    }
    const T* a = o.packed + vector * stride;
    const T* b = o.B.first + column * o.B.beside;
    for (std::size_t k = 0; k < o.inner; ++k, a += lanes, b += o.B.below) {
        hn::Vec<decltype(d)> left[height];
        HWY_UNROLL(3)
        for (std::size_t i = 0; i < height; ++i) left[i] = hn::LoadU(d, a + i * stride);
        HWY_UNROLL(8)
        for (std::size_t j = 0; j < width; ++j) {
            const auto right = hn::Set(d, b[j * o.B.beside]);
            HWY_UNROLL(3)
            for (std::size_t i = 0; i < height; ++i)
                sums[j][i] = hn::MulAdd(left[i], right, sums[j][i]);
        }
    }
    HWY_UNROLL(8)
    for (std::size_t j = 0; j < width; ++j) {
        HWY_UNROLL(3)
        for (std::size_t i = 0; i < height; ++i)
            put(o, (vector + i) * lanes, column + j, sums[j][i]);
    }
}

template <class T>
using Tile = void (*)(const Operands<T>& o, std::size_t vector, std::size_t column);

template <class T, std::size_t height, std::size_t... less_one>
constexpr std::array<Tile<T>, most_columns> tiles_of(std::index_sequence<less_one...>) {
    return {tile<height, less_one + 1, T>...};
}

// By height and width, both less one.
template <class T>
constexpr std::array<std::array<Tile<T>, most_columns>, most_vectors> tiles = {
    tiles_of<T, 1>(std::make_index_sequence<most_columns>()),
    tiles_of<T, 2>(std::make_index_sequence<most_columns>()),
    tiles_of<T, 3>(std::make_index_sequence<most_columns>())};

// Calls `visit` with the beginning and the size of parts as equal as can be, as few as must be.
template <class Visit>
void for_each_part(std::size_t size, std::size_t most, const Visit& visit) {
    const std::size_t count = (size + most - 1) / most;
    for (std::size_t part = 0; part < count; ++part) {
        const std::size_t begin = size * part / count;
        visit(begin, size * (part + 1) / count - begin);
    }
}

template <class T>
void times(Operands<T> o) {
    const std::size_t lanes = hn::Lanes(hn::ScalableTag<T>());
    const std::size_t vectors = (o.rows + lanes - 1) / lanes, columns = o.columns;
    for (std::size_t first = 0; first < columns; first += columns_of_block)
        for_each_part(vectors, most_vectors, [&](std::size_t vector, std::size_t height) {
            for_each_part(std::min(columns_of_block, columns - first), most_columns,
                          [&](std::size_t column, std::size_t width) {
                              tiles<T>[height - 1][width - 1](o, vector, first + column);
                          });
        });
}

template <class T>
std::size_t lanes() {
    return hn::Lanes(hn::ScalableTag<T>());
}

template <class T>
constexpr Kernels<T> kernels = {.lanes = lanes<T>, .pack = pack<T>, .times = times<T>};

const Kernels<double>& double_kernels() { return kernels<double>; }
const Kernels<float>& float_kernels() { return kernels<float>; }

}  // namespace revolute::packed_products::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace revolute::packed_products {

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
Entries<T> entries_of(const Factor<T>& factor) {
    const auto leading = static_cast<std::size_t>(factor.leading);
    return factor.is_transposed ? Entries<T>{factor.first, leading, 1}
                                : Entries<T>{factor.first, 1, leading};
}

}  // namespace

template <class T>
std::size_t rows_together() {
    return chosen<T>().lanes();
}

template <class T>
std::size_t packed_size(int rows, int inner) {
    const std::size_t together = std::max(rows_together<T>(), bytes_of_widest_vector / sizeof(T));
    return (static_cast<std::size_t>(rows) + together - 1) / together * together *
           static_cast<std::size_t>(inner);
}

template <class T>
void pack(int rows, int inner, Factor<T> A, T* packed) {
    chosen<T>().pack(static_cast<std::size_t>(rows), static_cast<std::size_t>(inner), entries_of(A),
                     packed);
}

template <class T>
void times(const Extent& extent, const T* packed, Factor<T> B, bool adds, T* C, int leading) {
    chosen<T>().times({static_cast<std::size_t>(extent.rows),
                       static_cast<std::size_t>(extent.columns),
                       static_cast<std::size_t>(extent.inner), packed, entries_of(B), adds, C,
                       static_cast<std::size_t>(leading)});
}

template std::size_t rows_together<double>();
template std::size_t rows_together<float>();
template std::size_t packed_size<double>(int rows, int inner);
template std::size_t packed_size<float>(int rows, int inner);
template void pack(int rows, int inner, Factor<double> A, double* packed);
template void pack(int rows, int inner, Factor<float> A, float* packed);
template void times(const Extent& extent, const double* packed, Factor<double> B, bool adds,
                    double* C, int leading);
template void times(const Extent& extent, const float* packed, Factor<float> B, bool adds, float* C,
                    int leading);

}  // namespace revolute::packed_products

#endif  // HWY_ONCE
