#include <revolute/tools/exchange/array_comparison.hpp>
#include <revolute/tools/exchange/written_digits.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace revolute {

namespace {

/// A unit of the last digit of a number of that size.
double last_unit(const WrittenDigits& digits, double size) {
    const int place =
        digits.are_decimals ? -digits.count : decimal_of(size).exponent - digits.count + 1;
    return std::pow(10.0, place);
}

bool is_written_so(double given, double right, const WrittenDigits& digits, double uncertain) {
    if (given != 0) {
        const Decimal decimal = decimal_of(std::abs(given));
        if ((digits.are_decimals ? decimal.decimals() : decimal.digits) > digits.count)
            return false;
    }
    const double difference = given - right;
    if (std::abs(difference) <= uncertain) return true;
    if (right == 0) return false;
    const double outwards = right < 0 ? -difference : difference;
    switch (digits.last) {
        case LastDigit::nearest:
            break;
        case LastDigit::cut:
            if (outwards > uncertain) return false;
            break;
        case LastDigit::away_from_zero:
            if (outwards < -uncertain) return false;
            break;
        case LastDigit::down:
            if (difference > uncertain) return false;
            break;
        case LastDigit::up:
            if (difference < -uncertain) return false;
    }
    constexpr double alike = 1e-9;  // halves of a unit are no doubles
    return std::abs(difference) <= largest_move(digits, std::abs(right)) * (1 + alike) + uncertain;
}

/// The most digits, or decimals, that a number has, and no more than `longest`.
int most_digits(std::span<const WrittenArray> arrays, bool are_decimals, int longest) {
    int most = 0;
    for (const WrittenArray& array : arrays)
        for (const Matrix& matrix : array.given)
            for (const double value : matrix.values())
                if (value != 0 && std::isfinite(value)) {
                    const Decimal decimal = decimal_of(std::abs(value));
                    most = std::max(most, are_decimals ? decimal.decimals() : decimal.digits);
                }
    return std::min(most, longest);
}

/// The arrays that have other numbers than zeros: those tell how numbers are written.
std::vector<WrittenArray> telling(std::span<const WrittenArray> arrays) {
    std::vector<WrittenArray> result;
    std::ranges::copy_if(arrays, std::back_inserter(result),
                         [](const WrittenArray& array) { return largest_entry(array.given) != 0; });
    return result;
}

std::ptrdiff_t count_written_so(std::span<const WrittenArray> arrays, const WrittenDigits& digits) {
    return std::ranges::count_if(arrays, [&](const WrittenArray& array) {
        return are_written_so(array.given, array.right, digits, array.uncertain);
    });
}

}  // namespace

Decimal decimal_of(double size) {
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), size, std::chars_format::scientific)
            .ptr;
    const auto e = std::find(text.data(), end, 'e');
    const auto digits = std::count_if(text.data(), e, [](char c) { return '0' <= c && c <= '9'; });
    return {static_cast<int>(digits), static_cast<int>(std::strtol(e + 1, nullptr, 10))};
}

bool are_written_so(std::span<const Matrix> given, std::span<const Matrix> right,
                    const WrittenDigits& digits, double uncertain) {
    for (std::size_t i = 0; i < given.size(); ++i)
        for (std::size_t k = 0; k < given[i].size(); ++k)
            if (!is_written_so(given[i].values()[k], right[i].values()[k], digits, uncertain))
                return false;
    return true;
}

double largest_move(const WrittenDigits& digits, double size) {
    if (size == 0) return 0;
    return last_unit(digits, size) * (digits.last == LastDigit::nearest ? 0.5 : 1);
}

std::optional<WrittenDigits> written_digits(std::span<const WrittenArray> arrays, LastDigit last) {
    constexpr int longest = 15;  // that of doubles: what has so many was not written short
    const std::vector<WrittenArray> some = telling(arrays);
    if (some.empty() && !arrays.empty()) {
        // Zeros alone may have had a decimal.
        WrittenDigits digits{1, true, last};
        digits.right = count_written_so(arrays, digits);
        return digits.right > 0 ? std::optional(digits) : std::nullopt;
    }
    std::optional<WrittenDigits> best;
    for (const bool are_decimals : {true, false}) {
        // The only decimal of 1.0 is not seen.
        const int most = std::max(most_digits(some, are_decimals, longest), 1);
        for (int count = std::min(most, longest - 1); count > 0; --count) {
            WrittenDigits digits{count, are_decimals, last};
            digits.right = count_written_so(some, digits);
            const bool is_of_most = 2 * digits.right > std::ssize(some);
            if (digits.right > (best ? best->right : 0) && (count == most || is_of_most))
                best = digits;
        }
    }
    if (best) best->right = count_written_so(arrays, *best);
    return best;
}

Writings::Writings(std::span<const WrittenArray> gradients, std::span<const WrittenArray> answers,
                   LastDigit last)
    : of_gradients(written_digits(gradients, last)) {
    if (of_gradients) right += of_gradients->right;
    for (const WrittenArray& array : answers) {
        of_answers.push_back(written_digits(std::span(&array, 1), last));
        if (of_answers.back()) ++right;
    }
}

Writings most_likely_writings(std::span<const WrittenArray> gradients,
                              std::span<const WrittenArray> answers) {
    Writings best(gradients, answers, LastDigit::nearest);
    for (const LastDigit last : last_digits)
        if (Writings other(gradients, answers, last); other.right > best.right)
            best = std::move(other);
    return best;
}

std::string_view name_of(LastDigit last) {
    constexpr std::array<std::string_view, 5> names{"rounded", "cut", "away from zero", "down",
                                                    "up"};
    return names[static_cast<std::size_t>(last)];
}

std::string_view last_digit_note(LastDigit last) {
    switch (last) {
        case LastDigit::nearest:
            return "";
        case LastDigit::cut:
            return "Digits behind the last one seem to be cut off, not rounded: a unit of the last "
                   "one agrees\n";
        case LastDigit::away_from_zero:
            return "Numbers seem to be rounded away from zero: a unit of the last digit agrees\n";
        case LastDigit::down:
            return "Numbers seem to be rounded down: a unit of the last digit agrees\n";
        case LastDigit::up:
            return "Numbers seem to be rounded up: a unit of the last digit agrees\n";
    }
    return "";
}

}  // namespace revolute
