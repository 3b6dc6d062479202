#pragma once

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
    int left_leading = 0;  ///< from a column in memory to the next
    int right_leading = 0;
    int result_leading = 0;
};

void multiply(const ProductShape& shape, const double* left, const double* right, double* result);
void multiply(const ProductShape& shape, const float* left, const float* right, float* result);

/// Makes OpenBLAS compute in the caller's thread, in this whole process: what it computes depends on
/// the number of its threads.
void use_one_blas_thread();

}  // namespace revolute::detail
