#pragma once

/// @file
/// Columns of numbers, as kernels see them.

#include <cstddef>

namespace revolute {

/// Columns of contiguous numbers: the first, and how many numbers further the next one begins. 0:
/// the same column again and again. A pointer alone is one column.
template <class T>
struct Columns {
    T* first = nullptr;         ///< the first number of the first column
    std::ptrdiff_t stride = 0;  ///< numbers from a column to the next

    constexpr Columns() = default;
    /// One column, or the same again and again.
    constexpr Columns(T* column) : first(column) {}
    /// Columns at that distance.
    constexpr Columns(T* column, std::ptrdiff_t to_next) : first(column), stride(to_next) {}

    /// The first number of a column.
    constexpr T* operator[](std::size_t column) const {
        return first + stride * static_cast<std::ptrdiff_t>(column);
    }
};

/// So many columns of so many numbers; a number alone is the length of one column.
struct ColumnExtent {
    std::size_t entries = 0;  ///< numbers in a column
    std::size_t columns = 1;  ///< how many columns

    /// One column.
    constexpr ColumnExtent(std::size_t length) : entries(length) {}
    /// `count` columns of `length` numbers.
    constexpr ColumnExtent(std::size_t length, std::size_t count)
        : entries(length), columns(count) {}
};

}  // namespace revolute
