#pragma once

/// @file
/// The precision that given numbers have, as told from the numbers.

#include <revolute/tools/exchange/array_comparison.hpp>
#include <revolute/tools/exchange/case_file.hpp>
#include <revolute/tools/exchange/written_digits.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace revolute {

/// How far rounding may move the numbers of an array.
struct ArrayRounding {
    Rounding precision = Rounding::none;  ///< in which the numbers seem to have been computed
    /// The right ones, computed in that precision and written as the given ones are.
    double floor = 0;
    /// Numbers of which the largest is 1 and which one operation makes.
    double relative = 0;
    /// Half a unit of the last digit that was written, or a unit of one that was not rounded, which
    /// is in the floor.
    double written = 0;
    LastDigit last_digit = LastDigit::nearest;  ///< what became of that
    int bits = 0;  ///< of the operations, where the numbers tell; else 0
};

/// That of every array which was given, under its name, as told from its own numbers: single where
/// each of them is a float, or the shortest decimal number that is read as one, or has at most nine
/// digits or decimals, half where each has at most eleven bits or four digits. Half a unit of the
/// last digit that was written is rounding too: that of the last decimal of the array where numbers
/// are written with a fixed number of decimals, as those of most arrays tell and its own do not
/// deny, else that of the last digit of its largest number.
///
/// Digits that were cut or rounded to one side, as those of most arrays are which are right then,
/// may be off by a unit. An array agrees in any case whose numbers are the right ones, written as
/// most of those that are right.
///
/// Numbers of eleven bits or fewer may be the right ones, rounded at the end, or each operation was
/// rounded to so many: where enough arrays show the former, half a unit agrees
/// (`are_rounded_at_the_end`).
///
/// Three different numbers tell that, or one of more than three digits; others, zeros among them,
/// are as all gradients together are, if they are not longer, and rounded to floats where these do
/// not tell either, and to the last decimal of any number there is. No precision is named where the
/// right numbers are as short. `floors` are those of double precision (`rounding_floors`).
std::map<std::string, ArrayRounding> given_roundings(const CaseResult& given,
                                                     const CaseResult& right,
                                                     const std::map<std::string, double>& floors);
/// Those of double precision, whatever the numbers look like; or of single.
std::map<std::string, ArrayRounding> roundings_in(Rounding precision,
                                                  const std::map<std::string, double>& floors);
/// Whether one of the numbers has more digits than single precision tells apart.
bool has_digits_of_doubles(std::span<const Matrix> values);
/// The least precise.
Rounding precision_of(const std::map<std::string, ArrayRounding>& roundings);

/// What became of the last digits of some, if they were not rounded.
LastDigit last_digit_of(const std::map<std::string, ArrayRounding>& roundings);

/// "double", "single", "half".
std::string_view name_of(Rounding precision);

/// "The gradients given have single precision or few digits, so ...", with the option that
/// overrules it; empty for none. `what` is the subject of the sentence.
std::string precision_note(Rounding precision, LastDigit last, const std::string& what);

}  // namespace revolute
