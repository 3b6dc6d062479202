// For files that Highway reads again for each kind of processor, behind <hwy/highway.h>: hence no
// usual guard.

#if defined(REVOLUTE_PRODUCT_TILES) == defined(HWY_TARGET_TOGGLE)
#ifdef REVOLUTE_PRODUCT_TILES
#undef REVOLUTE_PRODUCT_TILES
#else
#define REVOLUTE_PRODUCT_TILES
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace revolute::detail::product_tiles::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The sums of a tile, what they are made of, and little else fit into the registers: 32, or 16.
constexpr std::size_t most_vectors = 3;
#if HWY_ARCH_X86 && HWY_TARGET > HWY_AVX3
constexpr std::array<std::size_t, most_vectors> columns_by_height = {8, 6, 4};
#else
constexpr std::array<std::size_t, most_vectors> columns_by_height = {8, 8, 8};
#endif
constexpr std::size_t most_columns = 8;

// Columns of the widest tile of so many vectors.
constexpr std::size_t widest(std::size_t height) { return columns_by_height[height - 1]; }

// C = A B or C += A B for some vectors of rows. A's vector number i at the inner index k begins at
// `a + i * a_below + k * a_beside`. B's entry of column j stands at `b + k * b_below + j *
// b_beside`, or is packed: the columns of a tile are a matrix of their own, in which they stand
// beside each other.
template <class T>
struct Block {
    std::size_t rows = 0, columns = 0, inner = 0;
    const T* a = nullptr;
    std::size_t a_below = 0, a_beside = 0;
    const T* b = nullptr;
    std::size_t b_below = 0, b_beside = 0;
    bool b_is_packed = false;
    bool adds = false;
    T* c = nullptr;
    std::size_t leading = 0;
    bool is_fetched = false;  // to the caches: C, so many entries further on
    std::size_t ahead = 0;
};

template <class T>
std::size_t lanes() {
    return hn::Lanes(hn::ScalableTag<T>());
}

// Fewer rows than a tile has, from a copy of its sums, in which columns are `height` vectors apart.
template <class T>
HWY_NOINLINE void put_part(const T* sums, std::size_t beside, std::size_t rows, std::size_t columns,
                           bool adds, T* c, std::size_t leading) {
    for (std::size_t j = 0; j < columns; ++j, sums += beside, c += leading)
        for (std::size_t i = 0; i < rows; ++i) c[i] = adds ? c[i] + sums[i] : sums[i];
}

// `height` vectors of rows times `width` columns. All loops but that over the inner index are
// unrolled, so that the sums are registers.
template <std::size_t height, std::size_t width, class T>
void tile(const Block<T>& o, std::size_t vector, std::size_t column) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> sums[width][height];
    HWY_UNROLL(8)
    for (auto& of_column : sums) {
        HWY_UNROLL(3)
        for (auto& sum : of_column) sum = hn::Zero(d);
    }
    const std::size_t below = o.a_below, beside = o.a_beside;
    const std::size_t right_below = o.b_is_packed ? width : o.b_below;
    const std::size_t right_beside = o.b_is_packed ? 1 : o.b_beside;
    const std::size_t leading = o.leading, row = vector * lanes, rows = o.rows - row;
    T* c = o.c + column * leading + row;
    if (o.is_fetched)
        for (std::size_t j = 0; j < width; ++j) {
            hwy::Prefetch(c + o.ahead + j * leading);
            hwy::Prefetch(c + o.ahead + j * leading + height * lanes - 1);
        }
    const T* a = o.a + vector * below;
    const T* b = o.b + column * (o.b_is_packed ? o.inner : right_beside);
    for (std::size_t k = o.inner; k > 0; --k, a += beside, b += right_below) {
        hn::Vec<decltype(d)> left[height];
        HWY_UNROLL(3)
        for (std::size_t i = 0; i < height; ++i) left[i] = hn::LoadU(d, a + i * below);
        HWY_UNROLL(8)
        for (std::size_t j = 0; j < width; ++j) {
            const auto right = hn::Set(d, b[j * right_beside]);
            HWY_UNROLL(3)
            for (std::size_t i = 0; i < height; ++i)
                sums[j][i] = hn::MulAdd(left[i], right, sums[j][i]);
        }
    }
    if (rows < height * lanes) {
        HWY_ALIGN T copy[width * height * hn::MaxLanes(hn::ScalableTag<T>())];
        for (std::size_t j = 0; j < width; ++j)
            for (std::size_t i = 0; i < height; ++i)
                hn::Store(sums[j][i], d, copy + (j * height + i) * lanes);
        return put_part(copy, height * lanes, rows, width, o.adds, c, leading);
    }
    const bool adds = o.adds;
    HWY_UNROLL(8)
    for (std::size_t j = 0; j < width; ++j, c += leading) {
        if (adds) {
            HWY_UNROLL(3)
            for (std::size_t i = 0; i < height; ++i)
                sums[j][i] = hn::Add(hn::LoadU(d, c + i * lanes), sums[j][i]);
        }
        HWY_UNROLL(3)
        for (std::size_t i = 0; i < height; ++i) hn::StoreU(sums[j][i], d, c + i * lanes);
    }
}

template <class T>
using Tile = void (*)(const Block<T>& block, std::size_t vector, std::size_t column);

template <class T, std::size_t height, std::size_t... less_one>
constexpr std::array<Tile<T>, most_columns> tiles_of(std::index_sequence<less_one...>) {
    return {tile<height, less_one + 1, T>...};
}

// By height and width, both less one; none where the registers would not do.
template <class T>
constexpr std::array<std::array<Tile<T>, most_columns>, most_vectors> tiles = {
    tiles_of<T, 1>(std::make_index_sequence<columns_by_height[0]>()),
    tiles_of<T, 2>(std::make_index_sequence<columns_by_height[1]>()),
    tiles_of<T, 3>(std::make_index_sequence<columns_by_height[2]>())};

constexpr std::size_t parts_of(std::size_t size, std::size_t most) {
    return (size + most - 1) / most;
}

// Calls `visit` with the beginning and the size of parts as equal as can be, as few as must be.
template <class Visit>
HWY_INLINE void for_each_part(std::size_t size, std::size_t most, const Visit& visit) {
    const std::size_t count = parts_of(size, most);
    if (count == 0) return;
    const std::size_t least = size / count;
    std::size_t larger = size % count;
    for (std::size_t begin = 0; begin < size;) {
        const std::size_t own = least + (larger > 0 ? 1 : 0);
        if (larger > 0) --larger;
        visit(begin, own);
        begin += own;
    }
}

// The vectors of the highest tile where there are `vectors` of them.
constexpr std::size_t height_of(std::size_t vectors) {
    return parts_of(vectors, parts_of(vectors, most_vectors));
}

// Tiles below each other read the same columns of B, those beside each other the same rows of A.
template <class T>
void multiply(const Block<T>& block, std::size_t height) {
    const std::size_t vectors = parts_of(block.rows, lanes<T>());
    for_each_part(vectors, height, [&](std::size_t vector, std::size_t tall) {
        for_each_part(block.columns, widest(height), [&](std::size_t column, std::size_t wide) {
            tiles<T>[tall - 1][wide - 1](block, vector, column);
        });
    });
}

}  // namespace revolute::detail::product_tiles::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // REVOLUTE_PRODUCT_TILES
