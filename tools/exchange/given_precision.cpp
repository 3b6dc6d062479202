#include <revolute/tools/checks/gradient_rounding.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/exchange/detail/number_length.hpp>
#include <revolute/tools/exchange/given_precision.hpp>
#include <revolute/tools/exchange/gradient_layout.hpp>
#include <revolute/tools/exchange/rounded_numbers.hpp>
#include <revolute/tools/exchange/written_digits.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace revolute {

namespace {

using detail::double_bits;
using detail::length_of;
using detail::NumberLength;
using detail::single_bits;
using detail::single_digits;
using detail::Writing;

ArrayRounding in_bits(int bits, double double_floor) {
    // The margin of double hides nothing there, where units are small; that of a few bits must be
    // no larger than it need be. What programs of such numbers make of some thousand nets is at
    // most 1.6 times what the samples show.
    constexpr double margin_of_few_bits = 2.5;
    const double margin = bits <= half_bits ? margin_of_few_bits / rounding_margin : 1;
    const double units = margin * std::ldexp(1.0, double_bits - bits);
    // What is smaller is zero: to programs of floats that flush subnormal numbers, and in halves.
    // Numbers of fewer bits than a half has may be halves too: the smallest of those have one, and
    // sums of some hundred terms add up what these lose.
    const double smallest = bits == double_bits ? 0
                            : bits <= half_bits ? 16 * 0x1p-24
                                                : std::numeric_limits<float>::min();
    return {.floor = units * double_floor + smallest,
            .relative = units * rounding_of_one_operation()};
}

/// What all that was given has in common.
struct Written {
    NumberLength gradients, all;
    NumberLength all_right;  // the right numbers beside them
    int short_bits = 0;      // the most that an array of few bits has
    Writing writing = Writing::either;
};

/// That of the numbers, which says nothing of how they were computed where the right ones are as
/// short.
Rounding precision_told(const NumberLength& length, const NumberLength& right, Writing writing) {
    const Rounding precision = length.precision(writing);
    return !right.tells() || right.precision(writing) < precision ? precision : Rounding::none;
}

/// Half a unit of the last digit of an array that is written as the numbers of that length are.
double rounding_of_writing(const NumberLength& own, NumberLength length, Writing writing) {
    // The digits of the largest number are those of this array.
    length.exponent = own.sizes.empty() ? -length.decimals : own.exponent;
    return length.rounding_of_writing(writing);
}

/// How an array was rounded that is as precise as the numbers of that length.
ArrayRounding rounding_of(const NumberLength& own, const NumberLength& length,
                          const NumberLength& right, Writing writing, int short_bits,
                          double double_floor) {
    const int bits = length.bits_of_operations(writing, short_bits);
    ArrayRounding result = in_bits(bits, double_floor);
    result.bits = bits;
    result.precision = precision_told(length, right, writing);
    result.written = rounding_of_writing(own, length, writing);
    result.floor += result.written;
    result.relative += length.relative_rounding_of_writing();
    return result;
}

/// How one was rounded of arrays that all together have but a few numbers of few digits. 0, 1 and
/// 1/2 are what floats make of a net that is saturated, and doubles are not so short; decimals show
/// where numbers were written short.
ArrayRounding rounding_of_few(const NumberLength& own, const Written& written,
                              double double_floor) {
    constexpr double of_two_decimals = 0.005;
    ArrayRounding result = in_bits(single_bits, double_floor);
    const auto& right = written.all_right.sizes;
    if (written.all.sizes.empty() && !right.empty() && *right.rbegin() <= of_two_decimals)
        result.floor = result.written = of_two_decimals;  // zeros, which numbers so small become
    const NumberLength& few = written.all.is_written_short() ? written.all : written.gradients;
    if (few.sizes.empty() || few.decimals <= 0) return result;
    // No program writes a single digit: one that is there is a decimal.
    const Writing writing = few.digits > 1 ? Writing::either : Writing::decimals;
    result.precision = precision_told(few, written.all_right, writing);
    result.written = rounding_of_writing(own, few, writing);
    result.floor += result.written;
    return result;
}

/// How one was rounded of numbers that are too few or too short to tell.
ArrayRounding rounding_among(const NumberLength& own, const Written& written,
                             const NumberLength& right, double double_floor) {
    if (!written.gradients.tells()) return rounding_of_few(own, written, double_floor);
    if (!fits(own, written.gradients, written.writing)) return in_bits(double_bits, double_floor);
    ArrayRounding result = rounding_of(own, written.gradients, right, written.writing,
                                       written.short_bits, double_floor);
    if (!own.sizes.empty() || result.written > 0) return result;
    // Zeros beside numbers of all digits: these may have been written with as many decimals as any
    // has.
    result.written = written.all.rounding_of_writing(Writing::decimals);
    result.floor += result.written;
    return result;
}

/// A few short numbers, such as a loss of 0.505, with the digits that these alone tell: zeros that
/// a program wrote behind them are not seen, and nobody writes fewer than two decimals, or two
/// digits.
NumberLength with_zeros_behind(NumberLength few) {
    few.decimals = std::max(few.decimals, 2);
    if (few.digits < 2) few.digits = 3;  // 7.00 is read as 7, and 0.500 as 0.5
    return few;
}

ArrayRounding rounding_of(const NumberLength& own, const Written& written,
                          const NumberLength& right, double double_floor) {
    if (own.tells())
        return rounding_of(own, own, right, own.among(written.writing), written.short_bits,
                           double_floor);
    ArrayRounding result = rounding_among(own, written, right, double_floor);
    // Where the right numbers are longer, it is one program that wrote these short, whatever wrote
    // the others.
    if (own.sizes.empty() || right.digits <= own.digits) return result;
    const NumberLength written_own = with_zeros_behind(own);
    const double by_own = written_own.rounding_of_writing(Writing::either);
    if (by_own <= result.written) return result;
    result.floor += by_own - result.written;
    result.written = by_own;
    result.relative = std::max(result.relative, written_own.relative_rounding_of_writing());
    result.precision = Rounding::half;
    return result;
}

/// By the numbers of each array that has short ones; where these do not tell, by all of them.
Writing writing_of(const std::vector<NumberLength>& lengths, const NumberLength& all) {
    std::ptrdiff_t of_decimals = 0, of_digits = 0;
    for (const NumberLength& length : lengths) {
        if (!length.is_written_short()) continue;
        of_decimals += length.count_of_decimals();
        of_digits += length.count_of_digits();
    }
    const auto is_clear = [](std::ptrdiff_t more, std::ptrdiff_t less) {
        return 2 * more > 3 * less;
    };
    return is_clear(of_decimals, of_digits)   ? Writing::decimals
           : is_clear(of_digits, of_decimals) ? Writing::digits
           : all.short_ones_tell_decimals()   ? Writing::decimals
                                              : Writing::either;
}

/// The precision of which numbers with so many digits tell.
Rounding precision_of(const WrittenDigits& digits) {
    constexpr int half_digits = 4;
    return digits.count <= half_digits ? Rounding::half : Rounding::single;
}

/// Loss, answers and gradients.
std::vector<GradientArray> all_arrays(const CaseResult& result) {
    std::vector<GradientArray> all = forward_arrays(result);
    for (GradientArray& array : gradient_arrays(result)) all.push_back(std::move(array));
    return all;
}

/// What writing does to an array, where that is more than its own digits tell: to one that is right
/// as it is written, up to a unit of the last digit; to others, a unit in place of half of one,
/// where digits are not rounded.
void add_writing(ArrayRounding& rounding, const WrittenArray& array, const WrittenDigits& digits) {
    const bool is_right = are_written_so(array.given, array.right, digits, array.uncertain);
    if (!is_right && digits.last == LastDigit::nearest) return;
    const double move =
        is_right ? largest_move(digits, largest_entry(array.right)) : 2 * rounding.written;
    if (largest_difference(array.given, array.right) <= array.uncertain ||
        move + array.uncertain <= rounding.floor)
        return;
    if (is_right && rounding.precision == Rounding::none && largest_entry(array.given) != 0)
        rounding.precision = precision_of(digits);
    rounding.last_digit = digits.last;
    rounding.floor = move + array.uncertain;
    rounding.written = std::max(rounding.written, move);
    if (digits.last != LastDigit::nearest) rounding.relative *= 2;
}

/// To all, as most of them are written that are right.
void add_writings(std::map<std::string, ArrayRounding>& roundings,
                  const std::vector<GradientArray>& given,
                  const std::vector<GradientArray>& right) {
    std::vector<WrittenArray> gradients, answers;
    std::vector<ArrayRounding*> of_gradients, of_answers;
    for (const GradientArray& array : given) {
        const auto beside = std::ranges::find(right, array.name, &GradientArray::name);
        ArrayRounding& rounding = roundings.at(array.name);
        const bool is_answer = array.kind == ArrayKind::answer;
        (is_answer ? answers : gradients)
            .push_back({array.values, beside->values, rounding.floor - rounding.written});
        (is_answer ? of_answers : of_gradients).push_back(&rounding);
    }
    const Writings writings = most_likely_writings(gradients, answers);
    for (std::size_t i = 0; i < gradients.size() && writings.of_gradients; ++i)
        add_writing(*of_gradients[i], gradients[i], *writings.of_gradients);
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (const auto& own = writings.of_answers[i]) add_writing(*of_answers[i], answers[i], *own);
}

/// The most bits that an array of few bits has.
int short_bits_of(const std::vector<NumberLength>& lengths) {
    int most = 0;
    for (const NumberLength& length : lengths)
        if (length.bits <= half_bits && length.tells()) most = std::max(most, length.bits);
    return most;
}

/// Half a unit for arrays of few bits that were computed with more and rounded at the end.
void narrow_where_rounded_at_the_end(std::map<std::string, ArrayRounding>& roundings,
                                     const std::vector<GradientArray>& given,
                                     const std::vector<GradientArray>& right,
                                     const std::map<std::string, double>& floors) {
    std::vector<ShortArray> arrays;
    std::vector<ArrayRounding*> of_arrays;
    for (const GradientArray& array : given) {
        ArrayRounding& rounding = roundings.at(array.name);
        if (rounding.bits == 0 || rounding.bits > half_bits) continue;
        const auto beside = std::ranges::find(right, array.name, &GradientArray::name);
        arrays.push_back({array.values, beside->values, rounding.bits,
                          in_bits(single_bits, floors.at(array.name)).floor, rounding.floor});
        of_arrays.push_back(&rounding);
    }
    const std::vector<bool> are_rounded = are_rounded_at_the_end(arrays);
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        if (!are_rounded[i]) continue;
        ArrayRounding& rounding = *of_arrays[i];
        rounding.written = rounding_to_bits(arrays[i].bits, largest_entry(arrays[i].right));
        rounding.floor = arrays[i].uncertain + rounding.written;
        rounding.relative = std::ldexp(1.0, -arrays[i].bits);
    }
}

}  // namespace

std::map<std::string, ArrayRounding> given_roundings(const CaseResult& given,
                                                     const CaseResult& right,
                                                     const std::map<std::string, double>& floors) {
    const std::vector<GradientArray> arrays = all_arrays(given), right_arrays = all_arrays(right);
    Written written;
    for (const GradientArray& array : gradient_arrays(given)) written.gradients.add(array.values);
    std::vector<NumberLength> lengths, right_lengths;
    for (const GradientArray& array : arrays) {
        const auto beside = std::ranges::find(right_arrays, array.name, &GradientArray::name);
        lengths.push_back(length_of(array.values));
        right_lengths.push_back(length_of(beside->values));
        written.all.add(array.values);
        written.all_right.add(beside->values);
    }
    written.writing = writing_of(lengths, written.all);
    written.short_bits = short_bits_of(lengths);
    std::map<std::string, ArrayRounding> result;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        const std::string& name = arrays[i].name;
        result[name] = rounding_of(lengths[i], written, right_lengths[i], floors.at(name));
    }
    narrow_where_rounded_at_the_end(result, arrays, right_arrays, floors);
    add_writings(result, arrays, right_arrays);
    return result;
}

std::map<std::string, ArrayRounding> roundings_in(Rounding precision,
                                                  const std::map<std::string, double>& floors) {
    const int bits = precision == Rounding::none     ? double_bits
                     : precision == Rounding::single ? single_bits
                                                     : half_bits;
    std::map<std::string, ArrayRounding> result;
    for (const auto& [name, floor] : floors) {
        result[name] = in_bits(bits, floor);
        result[name].precision = precision;
    }
    return result;
}

bool has_digits_of_doubles(std::span<const Matrix> values) {
    const NumberLength length = length_of(values);
    return length.bits > single_bits && !length.are_written_floats && length.digits > single_digits;
}

Rounding precision_of(const std::map<std::string, ArrayRounding>& roundings) {
    Rounding least = Rounding::none;
    for (const auto& [name, rounding] : roundings) least = std::max(least, rounding.precision);
    return least;
}

std::string_view name_of(Rounding precision) {
    return precision == Rounding::none     ? "double"
           : precision == Rounding::single ? "single"
                                           : "half";
}

LastDigit last_digit_of(const std::map<std::string, ArrayRounding>& roundings) {
    LastDigit last = LastDigit::nearest;
    for (const auto& [name, rounding] : roundings) last = std::max(last, rounding.last_digit);
    return last;
}

std::string precision_note(Rounding precision, LastDigit last, const std::string& what) {
    if (precision == Rounding::none) return {};
    return fmt::format(
        "{} have {} precision or few digits, so what that makes of each array agrees:\n"
        "--tolerance {:g} compares them as they are\n{}",
        what, name_of(precision), case_tolerance, last_digit_note(last));
}

}  // namespace revolute
