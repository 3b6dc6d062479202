#pragma once

#include <cstddef>

// Products of matrices by the kernels that are fastest for them: those of vectors, of packed
// factors, or of blocks.

namespace revolute::detail {

/// result [rows x columns] = left [rows x inner] times right [inner x columns], or added to it. A
/// factor that is transposed lies in memory as its transpose.
struct ProductShape {
    int rows = 0;
    int columns = 0;
    int inner = 0;
    bool left_is_transposed = false;
    bool right_is_transposed = false;
    bool adds = false;
    bool left_is_packed = false;  ///< by packed_products
    int left_leading = 0;         ///< from a column in memory to the next
    int right_leading = 0;
    int result_leading = 0;
};

/// The room is for a product of the size of the shape or a larger one. A matrix times a vector may
/// be read backwards, as small_products says.
template <class Number>
void multiply(const ProductShape& shape, const Number* left, const Number* right, Number* result,
              Number* room, bool backwards = false);
/// In numbers, of a product of that size of which no factor is packed; 0 where it needs none.
template <class Number>
std::size_t packing_room(int rows, int columns, int inner);

}  // namespace revolute::detail
