#pragma once

/// @file
/// Products of a matrix and a vector, for programs.

/// Products of a matrix and a vector, for programs. They use the widest vectors that the processor
/// has, found out when the program runs.
///
/// A [rows x columns] is column-major, its columns `leading` numbers apart; vectors are contiguous
/// and overlap neither each other nor A. Nothing beside them is read or written. On one processor
/// the same operands give the same bits wherever they stand. T is float or double.
///
/// The entries of y are computed from the first to the last, or the other way round, with the same
/// bits: who multiplies by one matrix again and again finds the part of it that was read last in a
/// cache if he turns each time.
namespace revolute::small_products {

/// y = A x, or y += A x.
template <class T>
void times(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y,
           bool backwards = false);

/// y = A' x, or y += A' x.
template <class T>
void transposed_times(int rows, int columns, const T* A, int leading, const T* x, bool adds, T* y,
                      bool backwards = false);

}  // namespace revolute::small_products
