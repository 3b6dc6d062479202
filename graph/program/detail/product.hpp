#pragma once

#include <cstddef>

// Products of matrices by what is fastest for them: OpenBLAS, or kernels of our own.

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

/// A product of matrices by our kernels, with room for the blocks that they pack.
template <class Number>
void multiply_by_blocks(const ProductShape& shape, const Number* left, const Number* right,
                        Number* result, Number* room);
/// In numbers, of a product of that size.
template <class Number>
std::size_t room_for_block(int rows, int columns, int inner);

/// By what is fastest. The room is for a product of the size of the shape or a larger one.
template <class Number>
void multiply(const ProductShape& shape, const Number* left, const Number* right, Number* result,
              Number* room);
/// In numbers, of a product of that size; 0 where OpenBLAS does it.
template <class Number>
std::size_t packing_room(int rows, int columns, int inner);

/// Makes OpenBLAS compute in the caller's thread, in this whole process: what it computes depends on
/// the number of its threads.
void use_one_blas_thread();

}  // namespace revolute::detail
