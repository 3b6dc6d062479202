#include <revolute/graph/kernels/detail/product_blocks.hpp>
#include <revolute/graph/kernels/packed_products.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

// As in vector_math.cpp: read again for each kind of processor.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/kernels/packed_products.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <revolute/graph/kernels/detail/few_terms-inl.hpp>
#include <revolute/graph/kernels/detail/product_packing-inl.hpp>
#include <revolute/graph/kernels/detail/product_tiles-inl.hpp>
// clang-format on

#ifndef REVOLUTE_PACKED_PRODUCTS_KERNELS
#define REVOLUTE_PACKED_PRODUCTS_KERNELS

namespace revolute::packed_products {

using namespace detail::product_blocks;

template <class T>
struct Kernels {
    std::size_t (*lanes)();
    void (*pack)(std::size_t rows, std::size_t inner, const Entries<T>& A, T* packed);
    void (*times_packed)(const Operands<T>& operands);
    void (*times)(const Operands<T>& operands);
};

/// Of the processors that are common: so the memory of a program does not depend on which one it
/// is.
constexpr std::size_t bytes_of_widest_vector = 64;

}  // namespace revolute::packed_products

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::packed_products::HWY_NAMESPACE {

namespace few = detail::few_terms::HWY_NAMESPACE;
namespace tiles = detail::product_tiles::HWY_NAMESPACE;
namespace packing = detail::product_packing::HWY_NAMESPACE;

template <class T>
void pack(std::size_t rows, std::size_t inner, const Entries<T>& A, T* packed) {
    packing::pack_left(rows, inner, A.first, A.below, A.beside, packed);
}

// Calls `visit` with the beginning and the size of parts of which all but the last are whole.
template <class Visit>
void for_each_block(std::size_t size, std::size_t block, const Visit& visit) {
    for (std::size_t begin = 0; begin < size; begin += block)
        visit(begin, std::min(block, size - begin));
}

// Puts columns of the right factor, `together` at a time, into the order in which tiles of that
// height read them. Rows that stand apart are read a few at a time, each from its first column to
// its last.
template <class T>
void pack_right(const tiles::Block<T>& block, std::size_t height, std::size_t together, T* packed) {
    const std::size_t lines = block.b_below == 1 ? block.inner : packing::lines_together;
    for_each_block(block.inner, lines, [&](std::size_t k, std::size_t inner) {
        const auto pack = [&](std::size_t first, std::size_t width) {
            packing::pack_right(inner, width, block.b + k * block.b_below + first * block.b_beside,
                                block.b_below, block.b_beside,
                                packed + first * block.inner + k * width);
        };
        for_each_block(block.columns, together, [&](std::size_t begin, std::size_t columns) {
            tiles::for_each_part(
                columns, tiles::widest(height),
                [&](std::size_t first, std::size_t width) { pack(begin + first, width); });
        });
    });
}

template <class T>
tiles::Block<T> columns_of(const tiles::Block<T>& block, std::size_t first, std::size_t count) {
    tiles::Block<T> part = block;
    part.columns = count;
    part.b += first * (block.b_is_packed ? block.inner : block.b_beside);
    part.c += first * block.leading;
    return part;
}

// Rows times columns that stay in a cache, for a part of the inner index. With room for some
// columns of the right factor these are packed.
template <class T>
void times_by_columns(const tiles::Block<T>& block, std::size_t height, T* room) {
    if (few::are_few<T>(block.rows, block.inner)) return few::multiply(block);
    const bool is_short =
        block.inner <= short_inner && block.rows > tiles::most_vectors * tiles::lanes<T>();
    const std::size_t together = is_short ? columns_written_together : columns_of_block<T>;
    for_each_block(block.columns, columns_of_block<T>, [&](std::size_t begin, std::size_t count) {
        tiles::Block<T> columns = columns_of(block, begin, count);
        if (room != nullptr) {
            pack_right(columns, height, together, room);
            columns.b = room;
            columns.b_is_packed = true;
        }
        for_each_block(count, together, [&](std::size_t first, std::size_t written) {
            tiles::Block<T> part = columns_of(columns, first, written);
            part.is_fetched = is_short || block.inner >= long_inner;
            part.ahead = block.inner < long_inner ? together * block.leading : 0;
            tiles::multiply(part, height);
        });
    });
}

template <class T>
tiles::Block<T> block_of(const Operands<T>& o, std::size_t k, std::size_t inner) {
    return {.rows = o.rows,
            .columns = o.columns,
            .inner = inner,
            .b = o.B.at(k, 0),
            .b_below = o.B.below,
            .b_beside = o.B.beside,
            .adds = o.adds || k > 0,
            .c = o.C,
            .leading = o.leading};
}

template <class T>
std::size_t height_of(const Operands<T>& o) {
    return tiles::height_of(tiles::parts_of(o.rows, tiles::lanes<T>()));
}

template <class T>
void times_packed(const Operands<T>& o) {
    const std::size_t lanes = tiles::lanes<T>();
    for_each_block(o.inner, inner_of_block, [&](std::size_t k, std::size_t inner) {
        tiles::Block<T> block = block_of(o, k, inner);
        block.a = o.A.first + k * lanes;
        block.a_below = o.inner * lanes;
        block.a_beside = lanes;
        times_by_columns<T>(block, height_of(o), nullptr);
    });
}

// Whether vectors of the left factor are read where they stand.
template <class T>
bool is_left_in_place(const Operands<T>& o, std::size_t inner) {
    const std::size_t column = o.A.beside * sizeof(T);
    if (o.A.below != 1) return false;
    return few::are_few<T>(o.rows, inner) || column * inner <= near_bytes ||
           (o.columns <= columns_in_place(column) && column * o.inner <= cached_bytes);
}

template <class T>
void times_in_order(const Operands<T>& o) {
    const std::size_t lanes = tiles::lanes<T>(), height = height_of(o);
    T* const room_of_right = is_right_packed(o) ? o.room : nullptr;
    T* const room_of_left = o.room + right_room<T>(o.columns, o.inner);
    for_each_block(o.inner, inner_of_block, [&](std::size_t k, std::size_t inner) {
        tiles::Block<T> block = block_of(o, k, inner);
        const auto multiply_packed = [&](std::size_t row, std::size_t rows) {
            packing::pack_left(rows, inner, o.A.at(row, k), o.A.below, o.A.beside, room_of_left);
            block.rows = rows;
            block.a = room_of_left;
            block.a_below = inner * lanes;
            block.a_beside = lanes;
            block.c = o.C + row;
            times_by_columns<T>(block, height, room_of_right);
        };
        if (!is_left_in_place(o, inner))
            return for_each_block(o.rows, rows_of_block<T>, multiply_packed);
        const std::size_t whole = o.rows / lanes * lanes;
        if (whole > 0) {
            block.rows = whole;
            block.a = o.A.at(0, k);
            block.a_below = lanes;
            block.a_beside = o.A.beside;
            times_by_columns<T>(block, height, room_of_right);
        }
        if (whole < o.rows) multiply_packed(whole, o.rows - whole);
    });
}

// A block of C' = B' A', and that transposed. The sums are those of the product in order, bit for
// bit.
template <class T>
void block_turned_back(const Operands<T>& o) {
    T* const turned = o.room;
    if (o.adds) packing::transpose(o.columns, o.rows, o.C, o.leading, turned, o.columns);
    times_in_order<T>({.rows = o.columns,
                       .columns = o.rows,
                       .inner = o.inner,
                       .A = {o.B.first, o.B.beside, o.B.below},
                       .B = {o.A.first, o.A.beside, o.A.below},
                       .adds = o.adds,
                       .C = turned,
                       .leading = o.columns,
                       .room = o.room + turned_room(o.rows, o.columns)});
    packing::transpose(o.rows, o.columns, turned, o.columns, o.C, o.leading);
}

template <class T>
void times_turned(const Operands<T>& o) {
    for_each_block(o.columns, block_turned, [&](std::size_t column, std::size_t columns) {
        for_each_block(o.rows, block_turned, [&](std::size_t row, std::size_t rows) {
            Operands<T> block = o;
            block.rows = rows;
            block.columns = columns;
            block.A.first = o.A.at(row, 0);
            block.B.first = o.B.at(0, column);
            block.C = o.C + row + column * o.leading;
            block_turned_back(block);
        });
    });
}

template <class T>
void times(const Operands<T>& o) {
    if (is_turned(o))
        times_turned(o);
    else
        times_in_order(o);
}

template <class T>
constexpr Kernels<T> kernels = {
    .lanes = tiles::lanes<T>, .pack = pack<T>, .times_packed = times_packed<T>, .times = times<T>};

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

template <class T>
std::size_t room_in_order(const Extent& extent) {
    return right_room<T>(static_cast<std::size_t>(extent.columns),
                         static_cast<std::size_t>(extent.inner)) +
           packed_size<T>(std::min(extent.rows, static_cast<int>(rows_of_block<T>)),
                          std::min(extent.inner, static_cast<int>(inner_of_block)));
}

template <class T>
Operands<T> operands(const Extent& extent, const Entries<T>& A, const Entries<T>& B, bool adds,
                     T* C, int leading) {
    return {static_cast<std::size_t>(extent.rows),
            static_cast<std::size_t>(extent.columns),
            static_cast<std::size_t>(extent.inner),
            A,
            B,
            adds,
            C,
            static_cast<std::size_t>(leading),
            nullptr};
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
    chosen<T>().times_packed(
        operands(extent, Entries<T>{packed, 0, 0}, entries_of(B), adds, C, leading));
}

template <class T>
std::size_t room(const Extent& extent) {
    constexpr int few = few_turned, block = block_turned;
    const auto turned = [&](int most_rows, int most_columns) {
        const int rows = std::min(extent.rows, most_rows);
        const int columns = std::min(extent.columns, most_columns);
        return turned_room(static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)) +
               room_in_order<T>({columns, rows, extent.inner});
    };
    return std::max({room_in_order<T>(extent), turned(block, few), turned(few, block)});
}

template <class T>
void times(const Extent& extent, Factor<T> A, Factor<T> B, bool adds, T* C, int leading, T* room) {
    Operands<T> all = operands(extent, entries_of(A), entries_of(B), adds, C, leading);
    all.room = room;
    chosen<T>().times(all);
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
template std::size_t room<double>(const Extent& extent);
template std::size_t room<float>(const Extent& extent);
template void times(const Extent& extent, Factor<double> A, Factor<double> B, bool adds, double* C,
                    int leading, double* room);
template void times(const Extent& extent, Factor<float> A, Factor<float> B, bool adds, float* C,
                    int leading, float* room);

}  // namespace revolute::packed_products

#endif  // HWY_ONCE
