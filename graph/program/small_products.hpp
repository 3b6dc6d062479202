#pragma once

/// Products of a matrix and a vector, for programs. They use the widest vectors that the processor has,
/// found out when the program runs.
///
/// A [rows x columns] is column-major, its columns `leading` numbers apart; vectors are contiguous and
/// overlap neither each other nor A. Nothing beside them is read or written. On one processor the same
/// operands give the same bits wherever they stand. T is float or double.
namespace revolute::small_products {

/// y = A x, or y += A x.
template <class T>
void times(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y);

/// y = A' x, or y += A' x.
template <class T>
void transposed_times(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y);

}  // namespace revolute::small_products
