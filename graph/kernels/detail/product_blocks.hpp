#pragma once

#include <algorithm>
#include <cstddef>

// What of a product is computed together, and what is packed for it: the same for every kind of
// processor. The numbers were measured with bench_products.

namespace revolute::detail::product_blocks {

/// A matrix by the distances in memory from an entry to that below it, and to that beside it.
template <class T>
struct Entries {
    const T* first;
    std::size_t below, beside;

    const T* at(std::size_t row, std::size_t column) const {
        return first + row * below + column * beside;
    }
};

template <class T>
struct Operands {
    std::size_t rows, columns, inner;
    Entries<T> A, B;  ///< a packed A has one entry after another
    bool adds;
    T* C;
    std::size_t leading;
    T* room;
};

// Rows of a tile, times so many of the inner index, stay in the first-level cache, and what is
// packed of the right factor, 256 KiB, in the second-level one. The left one, 1 MiB, is read once
// for all these columns.
constexpr std::size_t inner_of_block = 256;
template <class T>
constexpr std::size_t rows_of_block = 4096 / sizeof(T);
template <class T>
constexpr std::size_t columns_of_block = 1024 / sizeof(T);

// Where there is so little to add up that writing the result takes most of the time, it is written
// a few columns after the other, and the left factor is read again for each few.
constexpr std::size_t short_inner = 64;
constexpr std::size_t columns_written_together = 4;
/// A tile takes as long as memory does to answer.
constexpr std::size_t long_inner = 32;

// The left factor is read where it stands if a block of it stays in the first-level cache, or if
// all of it is in a cache and there are no more columns than that: fewer where its own columns
// displace each other in the caches.
constexpr std::size_t near_bytes = std::size_t{1} << 14;
constexpr std::size_t cached_bytes = std::size_t{1} << 21;
constexpr std::size_t same_place_bytes = 4096;
constexpr std::size_t columns_in_place(std::size_t bytes_beside) {
    return bytes_beside % same_place_bytes == 0 ? 8 : 32;
}

// The right factor is packed for so many rows unless there is too little to add up, or where a tile
// reads from so many lines of memory, so far apart, that they leave the first-level cache before
// the next tile reads them.
constexpr std::size_t few_columns = 8;
constexpr std::size_t many_rows = 128;
constexpr std::size_t least_inner = 16;
constexpr std::size_t distant_bytes = 512;
constexpr std::size_t many_lines = 128;

// A factor whose lines lie across those of the tiles is read along them in the transposed product,
// if that has so few columns: a block of its rows after the other. That is turned back, which is
// not worth while where little is added up.
constexpr std::size_t few_turned = 16;
constexpr std::size_t many_turned = 64;
constexpr std::size_t block_turned = 256;
constexpr std::size_t least_inner_turned = 64;

/// A whole number of cache lines.
constexpr std::size_t in_whole_lines(std::size_t numbers) { return (numbers + 15) / 16 * 16; }

/// Numbers of a right factor that are packed together.
template <class T>
constexpr std::size_t right_room(std::size_t columns, std::size_t inner) {
    return in_whole_lines(std::min(columns, columns_of_block<T>) * std::min(inner, inner_of_block));
}

/// Numbers of a transposed result that are turned back together.
constexpr std::size_t turned_room(std::size_t rows, std::size_t columns) {
    return in_whole_lines(std::min(rows, block_turned) * std::min(columns, block_turned));
}

template <class T>
bool is_right_packed(const Operands<T>& o) {
    if (o.columns < few_columns) return false;
    if (o.rows >= many_rows) return o.inner >= least_inner;
    return o.B.beside == 1 && o.B.below * sizeof(T) > distant_bytes && o.inner >= many_lines;
}

/// Whether the transposed product is computed.
template <class T>
bool is_turned(const Operands<T>& o) {
    if (o.A.below != 1 && o.columns <= few_turned && o.rows > o.columns)
        return o.inner >= least_inner_turned;
    return o.B.beside == 1 && o.rows <= few_turned && o.columns >= many_turned &&
           o.inner >= many_lines;
}

}  // namespace revolute::detail::product_blocks
