#pragma once

/// @file
/// How long numbers are as they were written, and what that tells of how they were computed.

#include <revolute/graph/values/matrix.hpp>
#include <revolute/tools/exchange/array_comparison.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <span>

namespace revolute::detail {

inline constexpr int single_bits = std::numeric_limits<float>::digits;
inline constexpr int double_bits = std::numeric_limits<double>::digits;
inline constexpr int single_digits = std::numeric_limits<float>::max_digits10;

/// How a program writes numbers: with a fixed number of decimals, or of digits; or they do not tell
/// which.
enum class Writing : std::uint8_t { decimals, digits, either };

/// How long the numbers of some arrays are.
struct NumberLength {
    int bits = 0;
    int digits = 0;    // significant ones
    int decimals = 0;  // behind the point; negative where the last digits are zeros before it
    int exponent = 0;  // of ten, of the largest
    bool are_written_floats = true;
    std::set<double> sizes{};

    void add(std::span<const Matrix> values);
    bool tells() const;
    /// Whether more digits would have been written, were there any: most doubles have 16 or 17.
    bool is_written_short() const { return digits < std::numeric_limits<double>::digits10; }
    /// How many have all the decimals that any of them has. Of numbers that were written with a
    /// fixed number of decimals nine of ten have all of these.
    std::ptrdiff_t count_of_decimals() const;
    /// Likewise with digits.
    std::ptrdiff_t count_of_digits() const;
    /// Whether, of several that have not all digits of a double, nine of ten have all the decimals,
    /// and fewer all the digits, that any has: the last decimal of the others is 0.
    bool short_ones_tell_decimals() const;
    /// How these are written among others that are written so: with digits too, where as many have
    /// all of these.
    Writing among(Writing writing) const;
    /// The precision that the numbers tell.
    Rounding precision(Writing writing) const;
    /// The precision of the operations: numbers of few digits may have been floats before. One half
    /// of eight has no more bits than bfloat16 has: only many numbers tell that these are such, or
    /// all short ones together, which have `short_bits`.
    int bits_of_operations(Writing writing, int short_bits) const;
    /// Half a unit of the last digit. Decimals are as many as they are, though large numbers among
    /// them have all digits.
    double rounding_of_writing(Writing writing) const;
    /// That of numbers of which the largest is 1.
    double relative_rounding_of_writing() const;

 private:
    void add(double size);
};

NumberLength length_of(std::span<const Matrix> values);

/// Whether numbers may be some of others that are written so.
bool fits(const NumberLength& own, const NumberLength& among, Writing writing);

}  // namespace revolute::detail
