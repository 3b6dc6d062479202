#pragma once

#include <cstddef>

namespace revolute {

/// Columns of contiguous numbers: the first, and how many numbers further the next one begins. 0:
/// the same column again and again. A pointer alone is one column.
template <class T>
struct Columns {
    T* first = nullptr;
    std::ptrdiff_t stride = 0;

    constexpr Columns() = default;
    constexpr Columns(T* column) : first(column) {}
    constexpr Columns(T* column, std::ptrdiff_t to_next) : first(column), stride(to_next) {}

    constexpr T* operator[](std::size_t column) const {
        return first + stride * static_cast<std::ptrdiff_t>(column);
    }
};

/// So many columns of so many numbers; a number alone is the length of one column.
struct ColumnExtent {
    std::size_t entries = 0;
    std::size_t columns = 1;

    constexpr ColumnExtent(std::size_t length) : entries(length) {}
    constexpr ColumnExtent(std::size_t length, std::size_t count)
        : entries(length), columns(count) {}
};

}  // namespace revolute
