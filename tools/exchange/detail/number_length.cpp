#include <revolute/tools/exchange/detail/number_length.hpp>
#include <revolute/tools/exchange/rounded_numbers.hpp>
#include <revolute/tools/exchange/written_digits.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace revolute::detail {

namespace {

/// Whether it is the shortest decimal number that is read as a float, as programs of floats write
/// theirs.
bool is_written_float(double size) {
    const auto single = static_cast<float>(size);
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), single).ptr;
    return std::strtod(std::string(text.data(), end).c_str(), nullptr) == size;
}

/// How many bits its significand has, without zeros at the end.
int bits_of(double size) {
    int exponent = 0;
    const double whole = std::ldexp(std::frexp(size, &exponent), double_bits);
    return double_bits - std::countr_zero(static_cast<std::uint64_t>(whole));
}

}  // namespace

void NumberLength::add(std::span<const Matrix> values) {
    for (const Matrix& matrix : values)
        for (const double value : matrix.values())
            if (value != 0 && std::isfinite(value)) add(std::abs(value));
}

bool NumberLength::tells() const {
    constexpr int short_digits = 3;
    return sizes.size() >= 3 || digits > short_digits;
}

std::ptrdiff_t NumberLength::count_of_decimals() const {
    return std::ranges::count(sizes, decimals,
                              [](double size) { return decimal_of(size).decimals(); });
}

std::ptrdiff_t NumberLength::count_of_digits() const {
    return std::ranges::count(sizes, digits, [](double size) { return decimal_of(size).digits; });
}

bool NumberLength::short_ones_tell_decimals() const {
    constexpr std::ptrdiff_t several = 3;
    NumberLength short_ones;
    for (const double size : sizes)
        if (decimal_of(size).digits < std::numeric_limits<double>::digits10) short_ones.add(size);
    const auto count = static_cast<std::ptrdiff_t>(short_ones.sizes.size());
    const std::ptrdiff_t with_decimals = short_ones.count_of_decimals();
    return count >= several && short_ones.decimals == decimals && 10 * with_decimals >= 9 * count &&
           with_decimals > short_ones.count_of_digits();
}

Writing NumberLength::among(Writing writing) const {
    return writing == Writing::decimals && count_of_digits() >= count_of_decimals()
               ? Writing::either
               : writing;
}

Rounding NumberLength::precision(Writing writing) const {
    // Nine digits tell every float apart, and five every half; four are what programs print.
    constexpr int half_digits = 4;
    if (sizes.empty()) return Rounding::none;
    const int shown = writing == Writing::decimals ? decimals
                      : writing == Writing::digits ? digits
                                                   : std::min(decimals, digits);
    if (bits <= half_bits || digits <= half_digits) return Rounding::half;
    const bool is_short = is_written_short() && shown <= single_digits;
    return bits <= single_bits || are_written_floats || is_short ? Rounding::single
                                                                 : Rounding::none;
}

int NumberLength::bits_of_operations(Writing writing, int short_bits) const {
    constexpr std::size_t many = 8;
    if (bits <= half_bits) {
        const bool are_many = bits <= bfloat_bits && sizes.size() >= many;
        return are_many || short_bits <= bfloat_bits ? bfloat_bits : half_bits;
    }
    return precision(writing) == Rounding::none ? double_bits : single_bits;
}

double NumberLength::rounding_of_writing(Writing writing) const {
    if (!is_written_short() && writing != Writing::decimals) return 0;
    const int last_decimal = -decimals, last_digit = exponent - digits + 1;
    const int last = writing == Writing::decimals ? last_decimal
                     : writing == Writing::digits ? last_digit
                                                  : std::max(last_decimal, last_digit);
    return 0.5 * std::pow(10.0, last);
}

double NumberLength::relative_rounding_of_writing() const {
    return is_written_short() ? 5 * std::pow(10.0, -digits) : 0;
}

void NumberLength::add(double size) {
    const bool is_first = sizes.empty();
    if (!sizes.insert(size).second) return;
    const Decimal decimal = decimal_of(size);
    bits = std::max(bits, bits_of(size));
    are_written_floats = are_written_floats && is_written_float(size);
    digits = std::max(digits, decimal.digits);
    decimals = is_first ? decimal.decimals() : std::max(decimals, decimal.decimals());
    exponent = is_first ? decimal.exponent : std::max(exponent, decimal.exponent);
}

NumberLength length_of(std::span<const Matrix> values) {
    NumberLength length;
    length.add(values);
    return length;
}

/// Whether numbers may be some of others that are written so.
bool fits(const NumberLength& own, const NumberLength& among, Writing writing) {
    if (own.sizes.empty() || own.bits <= among.bits) return true;
    return among.is_written_short() &&
           ((writing != Writing::digits && own.decimals <= among.decimals) ||
            (writing != Writing::decimals && own.digits <= among.digits));
}

}  // namespace revolute::detail
