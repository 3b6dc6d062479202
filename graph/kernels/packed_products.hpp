#pragma once

/// @file
/// Matrix products whose left factor may be packed before.

#include <cstddef>

/// Products of matrices whose left factor has been put into an order in which it is read from its
/// first number to its last: for a factor that is used again and again. They use the widest vectors
/// that the processor has, found out when the program runs.
///
/// Matrices are column-major. Results overlap no factor; nothing beside them is written. Each
/// entry's sum is taken in the order of the inner index, as a sum of sums of 256 products each: it
/// does not depend on what else is computed, so that any rows and any columns may be computed by
/// themselves with the same bits, whether the left factor was packed before or not.
namespace revolute::packed_products {

/// One of the two factors of a product, as it stands in memory.
template <class T>
struct Factor {
    const T* first = nullptr;    ///< the first number
    int leading = 0;             ///< from a column in memory to the next
    bool is_transposed = false;  ///< whether the factor is the transpose of what stands there
};

/// Rows that stand together in a packed factor, those of a vector.
template <class T>
std::size_t rows_together();

/// Numbers that a packed factor [rows x inner] takes at most, whatever the vectors.
template <class T>
std::size_t packed_size(int rows, int inner);

/// Packs a factor A [rows x inner]. What begins in row r, a multiple of `rows_together`, begins at
/// `packed + r * inner`.
template <class T>
void pack(int rows, int inner, Factor<T> A, T* packed);

/// The sizes of a product: [rows x inner] times [inner x columns].
struct Extent {
    int rows = 0;     ///< of the left factor and of the product
    int columns = 0;  ///< of the right factor and of the product
    int inner = 0;    ///< columns of the left factor, rows of the right one
};
/// C = A B, or C += A B where it `adds`, of a packed A. Columns of C are `leading` numbers apart.
template <class T>
void times(const Extent& extent, const T* packed, Factor<T> B, bool adds, T* C, int leading);

/// The same of a left factor that has not been packed, with room for what is packed on the way.
template <class T>
void times(const Extent& extent, Factor<T> A, Factor<T> B, bool adds, T* C, int leading, T* room);

/// Numbers of the room that such a product of this size, or of a smaller one, takes.
template <class T>
std::size_t room(const Extent& extent);

}  // namespace revolute::packed_products
