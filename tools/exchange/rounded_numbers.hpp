#pragma once

/// @file
/// Whether numbers of a short format were rounded to it at the end, or computed in it.

#include <revolute/graph/values/matrix.hpp>

#include <cstddef>
#include <set>
#include <span>
#include <vector>

namespace revolute {

inline constexpr int bfloat_bits = 8;  ///< of a significand of bfloat16
inline constexpr int half_bits = 11;   ///< of a significand of half precision

/// An array of a format of few bits beside the right one.
struct ShortArray {
    std::span<const Matrix> given;  ///< as it was given
    std::span<const Matrix> right;  ///< as it ought to be
    int bits = 0;                   ///< of a significand of the format
    double uncertain = 0;  ///< how far the right numbers may be off before they are rounded
    double computed = 0;   ///< how far off they may be if each operation is rounded
};

/// How far a number of that size may be off that is rounded to so many bits: half a unit of its
/// last bit, which is 2^-24 at least: halves have none below, and small ones have 8 bits or fewer.
double rounding_to_bits(int bits, double size);

/// Which of the arrays belong to numbers that were rounded once, at the end, as the others tell.
///
/// An array of which each number is the right one, rounded, is a sign of that, the more numbers it
/// has: where each operation is rounded, hardly more than half of the numbers come out so, those of
/// the first operations. An array that is off by no more than such operations make of it, but by
/// more than half a unit, is a sign of the contrary. One that is off by more is wrong in any case.
std::vector<bool> are_rounded_at_the_end(std::span<const ShortArray> arrays);

}  // namespace revolute
