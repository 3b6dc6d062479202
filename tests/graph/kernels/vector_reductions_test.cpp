// Sums, losses, the largest entry and the softmax of columns, as programs compute them.

#include <revolute/graph/kernels/vector_math.hpp>
#include <support/vector_accuracy.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <span>
#include <vector>

using namespace revolute;
using test::Limits;
using vector_math::Reduction;

namespace {

template <class T>
MatrixKernel<T> kernel(Reduction reduction) {
    if constexpr (sizeof(T) == sizeof(double))
        return vector_math::kernels(reduction).in_double;
    else
        return vector_math::kernels(reduction).in_float;
}

template <class T>
std::vector<T> results(Reduction reduction, const std::vector<T>& x, Shape shape, Shape result) {
    std::vector<T> y(result.size(), T(42));
    const BasicMatrixView<const T> view{x.data(), shape.rows, shape.columns};
    kernel<T>(reduction)({std::span(&view, 1), {}}, {y.data(), result.rows, result.columns});
    return y;
}

/// From -size to size.
template <class T>
std::vector<T> numbers(std::size_t count, T size) {
    std::mt19937 random(8);
    std::uniform_real_distribution<T> number(-size, size);
    std::vector<T> x(count);
    for (T& value : x) value = number(random);
    return x;
}

template <class T>
long double size_of_entries(std::span<const T> x) {
    long double sum = 0;
    for (const T value : x) sum += std::abs(static_cast<long double>(value));
    return sum;
}

template <class T>
long double exact_sum(std::span<const T> x) {
    long double sum = 0;
    for (const T value : x) sum += value;
    return sum;
}

/// `check` in both kinds of numbers, on every target.
template <class Check>
void in_all_numbers(const Check& check) {
    test::on_every_target([&] {
        check(double());
        check(float());
    });
}

constexpr int some_rows[] = {1, 2, 3, 7, 8, 15, 16, 17, 33, 64, 100};

}  // namespace

TEST_CASE("vector reductions: sums are right to the last bits, in float those of doubles") {
    in_all_numbers([]<class T>(T) {
        for (const int rows : some_rows) {
            CAPTURE(rows);
            const Shape shape{rows, 3};
            const std::vector<T> x = numbers<T>(shape.size(), 10);
            const std::span<const T> all(x);
            // A sum of doubles is off by the last bit of each of its terms at most; that of floats
            // is rounded once.
            const long double share =
                sizeof(T) == 8 ? 1.2e-16L * static_cast<long double>(shape.size()) : 1e-7L;
            const auto is_right = [&](T result, std::span<const T> of) {
                return std::abs(result - exact_sum(of)) <= share * size_of_entries(of);
            };
            CHECK(is_right(results(Reduction::sum, x, shape, {1, 1})[0], all));
            const T mean = results(Reduction::mean, x, shape, {1, 1})[0];
            CHECK(std::abs(mean * static_cast<long double>(shape.size()) - exact_sum(all)) <=
                  3 * share * size_of_entries(all));
            const std::vector<T> columns = results(Reduction::column_sums, x, shape, {1, 3});
            const std::vector<T> by_row = results(Reduction::row_sums, x, shape, {rows, 1});
            const auto n = static_cast<std::size_t>(rows);
            for (std::size_t c = 0; c < 3; ++c) CHECK(is_right(columns[c], all.subspan(c * n, n)));
            for (std::size_t r = 0; r < n; ++r) {
                const std::vector<T> row{x[r], x[r + n], x[r + 2 * n]};
                CHECK(is_right(by_row[r], row));
            }
        }
    });
}

TEST_CASE("vector reductions: a sum depends on its terms alone, not on where they stand") {
    in_all_numbers([]<class T>(T) {
        for (const int rows : some_rows) {
            const auto n = static_cast<std::size_t>(rows);
            const std::vector<T> x = numbers<T>(n, 10);
            const T expected = results(Reduction::sum, x, {rows, 1}, {1, 1})[0];
            for (std::size_t skipped = 1; skipped < 9; ++skipped) {
                std::vector<T> moved(n + skipped);
                std::ranges::copy(x, moved.begin() + static_cast<std::ptrdiff_t>(skipped));
                T y = 0;
                const BasicMatrixView<const T> view{moved.data() + skipped, rows, 1};
                kernel<T>(Reduction::sum)({std::span(&view, 1), {}}, {&y, 1, 1});
                CHECK(test::bits(y) == test::bits(expected));
            }
        }
    });
}

TEST_CASE("vector reductions: softmax and log_sum_exp are within 4 ulp") {
    in_all_numbers([]<class T>(T) {
        for (const int rows : some_rows)
            for (const T size : {T(0.5), T(10), T(60)}) {
                CAPTURE(rows);
                CAPTURE(size);
                const std::vector<T> x = numbers<T>(static_cast<std::size_t>(rows), size);
                const long double largest = *std::ranges::max_element(x);
                long double sum = 0, others = 0;
                for (const T value : x) sum += std::exp(value - largest);
                for (const T value : x)
                    if (value != largest) others += std::exp(value - largest);
                const std::vector<T> y = results(Reduction::softmax, x, {rows, 1}, {rows, 1});
                for (std::size_t i = 0; i < x.size(); ++i)
                    CHECK(test::is_within_4_ulp(y[i], std::exp(x[i] - largest) / sum));
                const T log = results(Reduction::log_sum_exp, x, {rows, 1}, {1, 1})[0];
                // Where both terms cancel their rounding counts.
                const long double unit = std::abs(largest) + std::log1p(others);
                CHECK(std::abs(log - (largest + std::log1p(others))) <=
                      4 * Limits<T>::epsilon() * unit);
            }
    });
}

TEST_CASE("vector reductions: softmax and log_sum_exp of columns with infinite entries and NaN") {
    in_all_numbers([]<class T>(T) {
        const T inf = Limits<T>::infinity(), nan = Limits<T>::quiet_NaN();
        const auto check = [&](std::vector<T> x, const std::vector<T>& softmax, T log) {
            for (const std::size_t more :
                 {std::size_t(0), std::size_t(3), std::size_t(17)}) {  // entries that have no share
                std::vector<T> column = x, shares = softmax;
                column.resize(x.size() + more, -inf);
                shares.resize(x.size() + more, std::isnan(softmax.front()) ? nan : T(0));
                const int rows = static_cast<int>(column.size());
                const std::vector<T> y = results(Reduction::softmax, column, {rows, 1}, {rows, 1});
                for (std::size_t i = 0; i < y.size(); ++i)
                    CHECK((y[i] == shares[i] || (std::isnan(y[i]) && std::isnan(shares[i]))));
                const T sum = results(Reduction::log_sum_exp, column, {rows, 1}, {1, 1})[0];
                CHECK((sum == log || (std::isnan(sum) && std::isnan(log))));
                const T top = results(Reduction::column_max, column, {rows, 1}, {1, 1})[0];
                const bool has_nan = std::ranges::any_of(x, [](T v) { return std::isnan(v); });
                CHECK((has_nan ? std::isnan(top) : top == *std::ranges::max_element(column)));
            }
        };
        check({-inf, -inf}, {0, 0}, -inf);
        check({-inf, 3}, {0, 1}, 3);
        check({inf, 3, -inf}, {1, 0, 0}, inf);
        check({inf, 3, inf}, {nan, nan, nan}, inf);
        check({1, nan}, {nan, nan}, nan);
        check({inf, nan}, {nan, nan}, nan);
        check({-inf, nan}, {nan, nan}, nan);
        check({2, 2}, {T(0.5), T(0.5)}, static_cast<T>(2 + std::log(2.0)));
        check({0}, {1}, 0);
    });
}
