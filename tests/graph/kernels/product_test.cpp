#include <revolute/graph/program/detail/machine/product.hpp>
#include <support/placed_matrix.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

using namespace revolute::detail;
namespace test = revolute::test;
using test::PlacedMatrix;

namespace {

template <class T>
void check_product(int rows, int columns, int inner, bool turns_left, bool turns_right, bool adds) {
    CAPTURE(rows);
    CAPTURE(columns);
    CAPTURE(inner);
    const PlacedMatrix<T> left(rows, inner, turns_left), right(inner, columns, turns_right);
    const int leading = left.gap + rows;
    std::vector<T> result(static_cast<std::size_t>(leading * columns), T(50));
    const std::vector<T> expected =
        test::with_product(left, right, rows, inner, columns, adds, result, leading);
    const ProductShape shape{.rows = rows,
                             .columns = columns,
                             .inner = inner,
                             .left_is_transposed = turns_left,
                             .right_is_transposed = turns_right,
                             .adds = adds,
                             .left_is_packed = false,
                             .left_leading = left.leading(),
                             .right_leading = right.leading(),
                             .result_leading = leading};
    std::vector<T> room(packing_room<T>(rows, columns, inner));
    multiply(shape, left.data(), right.data(), result.data(), room.data());
    CHECK(result == expected);
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

TEST_CASE("multiply: vectors of more numbers than are copied together") {
    for (const auto& [rows, columns, inner] :
         {std::array{1, 3, 2100}, {1, 2100, 3}, {5, 1, 1030}}) {
        check_products<double>(rows, columns, inner);
        check_products<float>(rows, columns, inner);
    }
}

TEST_CASE("multiply: matrices larger than a block") {
    check_products<double>(530, 9, 270);
    check_products<float>(530, 9, 270);
}
