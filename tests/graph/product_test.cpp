#include <revolute/graph/program/detail/product.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <vector>

using namespace revolute::detail;

namespace {

constexpr int gap = 2;  ///< rows in memory that are not of the matrix

/// A matrix of small whole numbers in a larger one of numbers that are not; products of them are exact, in
/// whatever order they are summed.
template <class T>
struct Factor {
    Factor(int rows, int columns, bool is_transposed)
        : leading((is_transposed ? columns : rows) + gap), is_turned(is_transposed) {
        const int count = is_transposed ? rows : columns;
        numbers.assign(static_cast<std::size_t>(leading * count),
                       std::numeric_limits<T>::quiet_NaN());
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                numbers[place(row, column)] = static_cast<T>((row * 5 + column * 3) % 7 - 3);
    }

    std::size_t place(int row, int column) const {
        return static_cast<std::size_t>(is_turned ? column + row * leading
                                                  : row + column * leading);
    }

    int leading;
    bool is_turned;
    std::vector<T> numbers;
};

template <class T>
void check_product(int rows, int columns, int inner, bool turns_left, bool turns_right, bool adds) {
    CAPTURE(rows);
    CAPTURE(columns);
    CAPTURE(inner);
    const Factor<T> left(rows, inner, turns_left), right(inner, columns, turns_right);
    const int leading = rows + gap;
    std::vector<T> result(static_cast<std::size_t>(leading * columns), T(50)), expected = result;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            T sum = adds ? T(50) : T(0);
            for (int k = 0; k < inner; ++k)
                sum += left.numbers[left.place(row, k)] * right.numbers[right.place(k, column)];
            expected[static_cast<std::size_t>(row + column * leading)] = sum;
        }
    const ProductShape shape{.rows = rows,
                             .columns = columns,
                             .inner = inner,
                             .left_is_transposed = turns_left,
                             .right_is_transposed = turns_right,
                             .adds = adds,
                             .left_is_packed = false,
                             .left_leading = left.leading,
                             .right_leading = right.leading,
                             .result_leading = leading};
    std::vector<T> by_blocks = result;
    std::vector<T> room(packing_room<T>(rows, columns, inner));
    multiply(shape, left.numbers.data(), right.numbers.data(), result.data(), room.data());
    CHECK(result == expected);
    room.resize(room_for_block<T>(rows, inner));
    multiply_by_blocks(shape, left.numbers.data(), right.numbers.data(), by_blocks.data(),
                       room.data());
    CHECK(by_blocks == expected);
}

template <class T>
void check_products(int rows, int columns, int inner) {
    for (const bool turns_left : {false, true})
        for (const bool turns_right : {false, true})
            for (const bool adds : {false, true})
                check_product<T>(rows, columns, inner, turns_left, turns_right, adds);
}

}  // namespace

TEST_CASE("multiply: matrices and vectors, transposed or not, in larger matrices") {
    for (const int rows : {1, 2, 9, 40})
        for (const int columns : {1, 3, 4, 30})
            for (const int inner : {1, 7, 8, 70}) {
                check_products<double>(rows, columns, inner);
                check_products<float>(rows, columns, inner);
            }
}

TEST_CASE("multiply: matrices larger than a block") {
    check_products<double>(530, 9, 270);
    check_products<float>(530, 9, 270);
}
