#include <revolute/tools/case_net.hpp>
#include <revolute/tools/given_precision.hpp>
#include <revolute/tools/gradient_layout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace revolute {

namespace {

/// Digits of the shortest decimal number that is read as this one.
std::size_t digits_of(double value) {
    std::array<char, 32> text{};
    std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
    return static_cast<std::size_t>(std::count_if(text.begin(), std::ranges::find(text, 'e'),
                                                  [](char c) { return '0' <= c && c <= '9'; }));
}

bool has_bits(double value, int bits) {
    int exponent = 0;
    const double whole = std::ldexp(std::frexp(value, &exponent), bits);
    return whole == std::floor(whole);
}

Rounding precision_of(double value) {
    constexpr int half_bits = 11, single_bits = std::numeric_limits<float>::digits;
    // Nine digits tell every float apart, and five every half; four are what programs print.
    constexpr std::size_t half_digits = 4, single_digits = std::numeric_limits<float>::max_digits10;
    const std::size_t digits = digits_of(value);
    if (has_bits(value, half_bits) || digits <= half_digits) return Rounding::half;
    if (has_bits(value, single_bits) || digits <= single_digits) return Rounding::single;
    return Rounding::none;
}

/// The finest precision of an entry that is not zero.
Rounding precision_of(const CaseResult& result) {
    std::size_t count = 0;
    Rounding finest = Rounding::half;
    for (const GradientArray& array : gradient_arrays(result))
        for (const Matrix& matrix : array.values)
            for (const double value : matrix.values()) {
                if (value == 0 || !std::isfinite(value)) continue;
                ++count;
                finest = std::min(finest, precision_of(value));
                if (finest == Rounding::none) return finest;
            }
    return count < 3 ? Rounding::none : finest;
}

}  // namespace

Rounding precision_of(const CaseResult& given, const CaseResult& right) {
    const Rounding precision = precision_of(given);
    return precision > precision_of(right) ? precision : Rounding::none;
}

double tolerance_of(Rounding precision) {
    switch (precision) {
        case Rounding::none:
            return case_tolerance;
        case Rounding::single:
            return 1e-5;
        case Rounding::half:
            return 1e-3;
    }
    return case_tolerance;
}

std::string_view name_of(Rounding precision) {
    return precision == Rounding::none     ? "double"
           : precision == Rounding::single ? "single"
                                           : "half";
}

std::string precision_note(Rounding precision, const std::string& what) {
    if (precision == Rounding::none) return {};
    return fmt::format(
        "{} have {} precision or few digits, so at most {:g} of the largest entry agrees:\n"
        "--tolerance {:g} compares them as they are\n",
        what, name_of(precision), tolerance_of(precision), case_tolerance);
}

}  // namespace revolute
