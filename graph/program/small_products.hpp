#pragma once

/// Products of a matrix and a vector, for programs. They use the widest vectors that the processor has,
/// found out when the program runs.
///
/// A [rows x columns] is column-major, its columns `leading` numbers apart; vectors are contiguous and
/// overlap neither each other nor A. Nothing beside them is read or written. On one processor the same
/// operands give the same bits wherever they stand.
namespace revolute::small_products {

/// y = A x, or y += A x.
void times(int rows, int columns, const double* A, int leading, const double* x, bool adds,
           double* y);
void times(int rows, int columns, const float* A, int leading, const float* x, bool adds, float* y);

/// y = A' x, or y += A' x.
void transposed_times(int rows, int columns, const double* A, int leading, const double* x,
                      bool adds, double* y);
void transposed_times(int rows, int columns, const float* A, int leading, const float* x, bool adds,
                      float* y);

}  // namespace revolute::small_products
