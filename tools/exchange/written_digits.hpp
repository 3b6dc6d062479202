#pragma once

/// @file
/// How the last digits came about of numbers that were written with few of them.

#include <revolute/tools/exchange/gradient_layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace revolute {

/// The shortest decimal number that is read as this one.
struct Decimal {
    int digits = 0;    ///< how many digits it has
    int exponent = 0;  ///< of the first digit
    /// How many of them stand behind the point; negative where zeros stand before it.
    int decimals() const { return digits - 1 - exponent; }
};
/// That of a number above 0.
Decimal decimal_of(double size);

/// What becomes of digits that are not written.
enum class LastDigit : std::uint8_t {
    nearest,         ///< the number is rounded to the nearest
    cut,             ///< they are left out: towards zero
    away_from_zero,  ///< the number goes away from zero
    down,            ///< it goes to the next number below
    up,              ///< it goes to the next number above
};
/// All of them, the likeliest first.
inline constexpr std::array last_digits{LastDigit::nearest, LastDigit::cut,
                                        LastDigit::away_from_zero, LastDigit::down, LastDigit::up};

/// A way to write numbers with few digits.
struct WrittenDigits {
    int count = 0;              ///< how many digits
    bool are_decimals = false;  ///< whether these are decimals, and else significant digits
    LastDigit last = LastDigit::nearest;  ///< what becomes of the others
    std::ptrdiff_t right = 0;  ///< how many of some arrays are right if they are written so
};

/// Whether each number that was given is what is written for the right one beside it, which may be
/// off by `uncertain`. Both have the same shapes.
bool are_written_so(std::span<const Matrix> given, std::span<const Matrix> right,
                    const WrittenDigits& digits, double uncertain);

/// How far writing moves a number of that size at most.
double largest_move(const WrittenDigits& digits, double size);

/// An array beside the right one.
struct WrittenArray {
    std::span<const Matrix> given;  ///< as it was written
    std::span<const Matrix> right;  ///< as it ought to be
    double uncertain = 0;           ///< how far the right numbers may be off
};

/// How most of the arrays are written that are right, if that becomes of the last digit: none where
/// none is. Fewer digits than some number has are those of most arrays only.
std::optional<WrittenDigits> written_digits(std::span<const WrittenArray> arrays, LastDigit last);

/// How gradients are written, and how each array of loss and answers, which other lines of a
/// program write: what becomes of the last digit is the same in all.
struct Writings {
    std::optional<WrittenDigits> of_gradients;             ///< none: no way to write is known
    std::vector<std::optional<WrittenDigits>> of_answers;  ///< by array, likewise
    std::ptrdiff_t right = 0;  ///< how many arrays are right if they are written so

    /// As most of the arrays are written, if that becomes of the last digit.
    Writings(std::span<const WrittenArray> gradients, std::span<const WrittenArray> answers,
             LastDigit last);
};

/// As most arrays are written that are right: rounded, where as many are right then.
Writings most_likely_writings(std::span<const WrittenArray> gradients,
                              std::span<const WrittenArray> answers);

/// "rounded", "cut", "away from zero", "down", "up".
std::string_view name_of(LastDigit last);

/// A line that tells what became of the last digits; empty where they were rounded.
std::string_view last_digit_note(LastDigit last);

}  // namespace revolute
