#include <revolute/tools/exchange/array_comparison.hpp>
#include <revolute/tools/exchange/rounded_numbers.hpp>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

bool is_rounded(const ShortArray& array) {
    for (std::size_t i = 0; i < array.given.size(); ++i)
        for (std::size_t k = 0; k < array.given[i].size(); ++k) {
            const double right = array.right[i].values()[k];
            const double difference = std::abs(array.given[i].values()[k] - right);
            if (!(difference <= rounding_to_bits(array.bits, right) + array.uncertain))
                return false;
        }
    return true;
}

/// How many numbers of the array show how it was rounded: that are not among those before, as of
/// two biases that are added up, nor so small that a half has but some of its bits.
std::size_t telling_numbers(const ShortArray& array, std::set<double>& before) {
    constexpr double smallest = 0x1p-14;
    std::size_t count = 0;
    for (const Matrix& matrix : array.right)
        for (const double value : matrix.values())
            if (value != 0 && std::abs(value) >= smallest && before.insert(value).second) ++count;
    return count;
}

}  // namespace

double rounding_to_bits(int bits, double size) {
    if (size == 0) return 0;
    constexpr int least = -24;
    return std::ldexp(0.5, std::max(std::ilogb(size) + 1 - bits, least));
}

std::vector<bool> are_rounded_at_the_end(std::span<const ShortArray> arrays) {
    // Logarithms of likelihoods: of a number that comes out as if it were rounded at the end where
    // it is computed, at most two of three; and of an array that is wrong by so little. Programs
    // that round each operation do not come to half of what is asked for, as tests draw them.
    constexpr double of_number = 0.4, of_array = 2, enough = 8;
    std::vector<double> signs;
    double all = 0;
    std::set<double> before;
    for (const ShortArray& array : arrays) {
        const std::size_t numbers = telling_numbers(array, before);
        const bool agrees = largest_difference(array.given, array.right) <= array.computed;
        signs.push_back(is_rounded(array) ? of_number * static_cast<double>(numbers)
                        : agrees          ? -of_array
                                          : 0.0);
        all += signs.back();
    }
    std::vector<bool> result;
    result.reserve(signs.size());
    for (const double own : signs) result.push_back(all - own >= enough);
    return result;
}

}  // namespace revolute
