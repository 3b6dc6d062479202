#pragma once

#include <support/on_every_target.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

// Arguments for functions of the vector units, and how far results may be from exact values.

namespace revolute::test {

template <class T>
using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
template <class T>
using Limits = std::numeric_limits<T>;

template <class T>
constexpr Bits<T> bits(T value) {
    return std::bit_cast<Bits<T>>(value);
}

template <class T>
std::vector<T> special_values() {
    std::vector<T> values;
    for (const T x :
         {T(0), T(0.5), T(1), Limits<T>::denorm_min(), 5 * Limits<T>::denorm_min(),
          std::nextafter(Limits<T>::min(), T(0)), Limits<T>::min(), Limits<T>::epsilon(),
          Limits<T>::max(), Limits<T>::infinity(), Limits<T>::quiet_NaN()})
        values.insert(values.end(), {x, -x});
    return values;
}

/// Every exponent with several mantissas; any bits at all; numbers around 0 and 1; and all of the
/// range in which the functions are neither 0 nor 1 nor infinity, its ends densely.
template <class T>
std::vector<T> arguments() {
    std::mt19937_64 random(1);
    std::vector<T> x = special_values<T>();
    constexpr int mantissa_bits = Limits<T>::digits - 1;
    constexpr Bits<T> mantissa = (Bits<T>(1) << mantissa_bits) - 1;
    for (Bits<T> high = 0; high < Bits<T>(1) << (sizeof(T) * 8 - mantissa_bits); ++high)
        for (const Bits<T> low : {Bits<T>(0), Bits<T>(1), mantissa / 3, mantissa - 1, mantissa,
                                  static_cast<Bits<T>>(random()) & mantissa})
            x.push_back(std::bit_cast<T>(high << mantissa_bits | low));
    for (int i = 0; i < 20000; ++i) x.push_back(std::bit_cast<T>(static_cast<Bits<T>>(random())));
    const auto add = [&](T from, T to, int count) {
        std::uniform_real_distribution<T> number(from, to);
        for (int i = 0; i < count; ++i) x.push_back(number(random));
    };
    for (const T bound : {T(0.1), T(1), T(3), T(25), T(110), T(760)}) add(-bound, bound, 5000);
    for (const T end : {T(-745.133), T(-708.396), T(709.783), T(-103.972), T(-87.336), T(88.7228)})
        add(end - T(0.01), end + T(0.01), 1000);
    for (int k = 1; k <= mantissa_bits; ++k)
        add(1 - std::ldexp(T(1), -k), 1 + std::ldexp(T(1), -k), 100);
    add(T(0.5), T(2.1), 5000);
    return x;
}

/// By how many units in the last place of T the result is off.
template <class T, class Exact>
Exact distance(T result, Exact exact) {
    const int exponent = std::max(std::ilogb(exact), Limits<T>::min_exponent - 1);
    return std::abs(result - exact) / std::ldexp(Exact(1), exponent - (Limits<T>::digits - 1));
}

/// Whether the result is the exact value rounded to T, or off by at most 4 ulp of it where both are
/// finite and it is not 0.
template <class T, class Exact>
bool is_within_4_ulp(T result, Exact exact) {
    const T rounded = static_cast<T>(exact);
    if (std::isnan(rounded)) return std::isnan(result);
    if (bits(result) == bits(rounded)) return true;
    return std::isfinite(result) && rounded != 0 && distance(result, exact) <= 4;
}

/// Checks so the results for all x, on every target. Exact is a type with at least 11 bits more
/// than T.
template <class T, class Exact, class Results>
void check_accuracy(const std::vector<T>& x, Exact (*exact)(Exact), const Results& results) {
    std::vector<Exact> expected;
    for (const T value : x) expected.push_back(exact(value));
    on_every_target([&] {
        const std::vector<T> y = results();
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (is_within_4_ulp(y[i], expected[i])) continue;
            CAPTURE(x[i]);
            CAPTURE(y[i]);
            CAPTURE(expected[i]);
            REQUIRE(distance(y[i], expected[i]) <= 4);
        }
    });
}

}  // namespace revolute::test
