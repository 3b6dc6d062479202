#include <revolute/graph/kernels/small_products.hpp>
#include <support/on_every_target.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <vector>

namespace small_products = revolute::small_products;
namespace test = revolute::test;

namespace {

/// Whole numbers that are small, so that every order of summation gives the same, exactly.
template <class T>
std::vector<T> whole_numbers(int count) {
    std::vector<T> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<T>(static_cast<int>(i * 7 % 11) - 5);
    return values;
}

/// Checks one product; the matrix stands in a larger one, of numbers that are not, and the result
/// between guards.
template <class T>
void check_product(bool turns, int rows, int columns, bool adds) {
    const int leading = rows + 3;
    std::vector<T> A(static_cast<std::size_t>(leading * columns),
                     std::numeric_limits<T>::quiet_NaN());
    const std::vector<T> entries = whole_numbers<T>(rows * columns);
    for (int i = 0; i < rows * columns; ++i)
        A[static_cast<std::size_t>(i / rows * leading + i % rows)] =
            entries[static_cast<std::size_t>(i)];
    const std::vector<T> x = whole_numbers<T>(turns ? rows : columns);
    const int size = turns ? columns : rows;
    std::vector<T> expected(static_cast<std::size_t>(size) + 2, T(100));
    for (int i = 0; i < size; ++i) {
        T sum = adds ? T(100) : T(0);
        for (int j = 0; j < (turns ? rows : columns); ++j)
            sum += A[static_cast<std::size_t>(turns ? i * leading + j : j * leading + i)] *
                   x[static_cast<std::size_t>(j)];
        expected[static_cast<std::size_t>(i) + 1] = sum;
    }
    for (const bool backwards : {false, true}) {
        CAPTURE(backwards);
        std::vector<T> y(static_cast<std::size_t>(size) + 2, T(100));
        if (turns)
            small_products::transposed_times(rows, columns, A.data(), leading, x.data(), adds,
                                             y.data() + 1, backwards);
        else
            small_products::times(rows, columns, A.data(), leading, x.data(), adds, y.data() + 1,
                                  backwards);
        CHECK(y == expected);
    }
}

template <class T>
void check_products(bool turns) {
    test::on_every_target([&] {
        for (const int rows : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 40, 64, 67})
            for (const int columns : {1, 2, 3, 4, 5, 6, 9, 16, 33})
                for (const bool adds : {false, true}) {
                    CAPTURE(rows);
                    CAPTURE(columns);
                    check_product<T>(turns, rows, columns, adds);
                }
    });
}

/// Larger than a cache, so that it is read column by column, or somewhat larger, so that it is not.
template <class T>
void check_large_products() {
    test::on_every_target([] {
        for (const bool adds : {false, true}) {
            check_product<T>(false, 263, 515, adds);
            check_product<T>(false, 135, 360 / int{sizeof(T)}, adds);
        }
    });
}

}  // namespace

TEST_CASE("small products: A x of a matrix that is not small") {
    check_large_products<double>();
    check_large_products<float>();
}

TEST_CASE(
    "small products: A x of every size, in a larger matrix, and nothing beside it is touched") {
    check_products<double>(false);
    check_products<float>(false);
}

TEST_CASE(
    "small products: A' x of every size, in a larger matrix, and nothing beside it is touched") {
    check_products<double>(true);
    check_products<float>(true);
}
