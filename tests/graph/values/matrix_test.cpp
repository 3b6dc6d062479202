#include <revolute/graph/values/eigen.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/graph/values/matrix.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

using namespace revolute;
using test::message_of;

TEST_CASE("matrix: entries are stored column by column") {
    const Matrix m = Matrix::from_rows({{1, 2, 3}, {4, 5, 6}});
    CHECK(m.shape() == Shape{2, 3});
    CHECK(std::vector<double>(m.values().begin(), m.values().end()) ==
          std::vector<double>{1, 4, 2, 5, 3, 6});
    CHECK(m(1, 2) == 6);
    CHECK(m(0, 1) == 2);
}

TEST_CASE("matrix: is filled with one value, zero unless said") {
    CHECK(Matrix(2, 1) == Matrix::from_rows({{0}, {0}}));
    CHECK(Matrix(Shape{1, 2}, 1.5) == Matrix::from_rows({{1.5, 1.5}}));
}

TEST_CASE("matrix: takes entries in column-major order") {
    CHECK(Matrix(2, 2, {1, 2, 3, 4}) == Matrix::from_rows({{1, 3}, {2, 4}}));
}

TEST_CASE("matrix: a default one has no entries") {
    const Matrix none;
    CHECK(none.empty());
    CHECK(none.shape() == Shape{0, 0});
    CHECK(none == Matrix(0, 0));
    CHECK(none == Matrix::from_rows({}));
}

TEST_CASE("matrix: what is moved from is 0 x 0") {
    const Matrix value = Matrix::from_rows({{1, 2, 3}});
    Matrix from = value;
    Matrix to = std::move(from);
    CHECK(to == value);
    CHECK(from == Matrix());  // NOLINT(bugprone-use-after-move): what is tested
    from = std::move(to);
    CHECK(from == value);
    CHECK(to == Matrix());  // NOLINT(bugprone-use-after-move): what is tested
    Matrix& same = from;
    from = std::move(same);
    CHECK(from == value);
    static_assert(std::is_nothrow_move_constructible_v<Matrix>);
    static_assert(std::is_nothrow_move_assignable_v<Matrix>);
}

TEST_CASE("matrix: a loop over the entries of one that goes reads what they were") {
    double sum = 0;
    for (const double value : Matrix(2, 3, 1.5).values()) sum += value;
    CHECK(sum == 9);
    Matrix a(2, 1, 4.0);
    const std::vector<double> taken = std::move(a).values();
    CHECK(taken == std::vector<double>{4, 4});
    CHECK(a.shape() == Shape{0, 0});  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("matrix: equal means equal in shape and entries") {
    CHECK(Matrix(2, 3, 1.0) != Matrix(3, 2, 1.0));
    CHECK(Matrix(2, 3, 1.0) != Matrix(2, 3, 2.0));
    CHECK(Matrix(0, 3) != Matrix(3, 0));
}

TEST_CASE("matrix: entries are written through it and its view") {
    Matrix m(2, 2);
    m(0, 1) = 5;
    MatrixView view = m;
    view(1, 0) = 7;
    CHECK(m == Matrix::from_rows({{0, 5}, {7, 0}}));
}

TEST_CASE("matrix: views have the size of what they look at") {
    Matrix m(2, 3);
    const ConstMatrixView view = MatrixView(m);
    CHECK(view.shape() == Shape{2, 3});
    CHECK(view.size() == 6);
    CHECK(view.values().size() == 6);
    CHECK(view.data == m.data());
}

TEST_CASE("matrix: a negative size is refused") {
    CHECK(message_of<ShapeError>([] { Matrix(-1, 2); }) ==
          "matrix: sizes must not be negative (-1 x 2)");
    CHECK(message_of<ShapeError>([] { Matrix(2, -3); }) ==
          "matrix: sizes must not be negative (2 x -3)");
}

TEST_CASE("matrix: a wrong number of entries is refused") {
    CHECK(message_of<ShapeError>([] {
              Matrix(2, 2, {1, 2, 3});
          }) == "matrix: a 2 x 2 matrix has 4 entries (3 given)");
}

TEST_CASE("matrix: rows of different lengths are refused") {
    CHECK(message_of<ShapeError>([] {
              Matrix::from_rows({{1, 2}, {3}});
          }) == "matrix: all rows must have as many entries as row 0 (2), row 1 has 1");
}

TEST_CASE("shape: size counts entries beyond the range of int") {
    CHECK(Shape{100000, 100000}.size() == 10000000000);
    CHECK(Shape{1, 1}.is_scalar());
    CHECK_FALSE(Shape{1, 2}.is_scalar());
    CHECK_FALSE(Shape{2, 1}.is_scalar());
    CHECK(to_string(Shape{3, 1}) == "[3 x 1]");
}

TEST_CASE("as_eigen: reads a matrix in place") {
    const Matrix m = Matrix::from_rows({{1, 2, 3}, {4, 5, 6}});
    const auto map = as_eigen(m);
    CHECK(map.data() == m.data());
    CHECK(map.rows() == 2);
    CHECK(map.cols() == 3);
    CHECK(map(1, 0) == 4);
}

TEST_CASE("as_eigen: writes through to the matrix") {
    Matrix m(2, 2);
    as_eigen(m)(0, 1) = 5;
    as_eigen(MatrixView(m)).row(1).setConstant(2);
    CHECK(m == Matrix::from_rows({{0, 5}, {2, 2}}));
}

TEST_CASE("as_eigen: reads through a view") {
    const std::vector<double> data{1, 2, 3, 4};
    const ConstMatrixView view{data.data(), 2, 2};
    CHECK(as_eigen(view).data() == data.data());
    CHECK(as_eigen(view)(0, 1) == 3);
    CHECK(as_eigen(view)(1, 0) == 2);
}

TEST_CASE("to_matrix: copies an Eigen expression") {
    const Eigen::MatrixXd a = (Eigen::MatrixXd(2, 3) << 1, 2, 3, 4, 5, 6).finished();
    CHECK(to_matrix(a) == Matrix::from_rows({{1, 2, 3}, {4, 5, 6}}));
    CHECK(to_matrix(a.transpose()) == Matrix::from_rows({{1, 4}, {2, 5}, {3, 6}}));
    CHECK(to_matrix(2 * a.row(0)) == Matrix::from_rows({{2, 4, 6}}));
}

TEST_CASE("largest_entry: is the largest absolute value, and not a number once one is not") {
    CHECK(largest_entry(Matrix::from_rows({{1, -5, 3}})) == 5);
    CHECK(largest_entry(Matrix()) == 0);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::isnan(largest_entry(Matrix::from_rows({{nan, 1}}))));
    CHECK(std::isnan(largest_entry(Matrix::from_rows({{1, nan}}))));
}

TEST_CASE("largest_difference: is that of the entries in one place") {
    const Matrix a = Matrix::from_rows({{1, 2}, {3, 4}}), b = Matrix::from_rows({{1, 2.5}, {1, 4}});
    CHECK(largest_difference(a, b) == 2);
    CHECK(largest_difference(a, a) == 0);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::isnan(largest_difference(a, Matrix(2, 2, nan))));
}

TEST_CASE("largest_difference: unequal shapes are refused") {
    CHECK(message_of<ShapeError>([] { largest_difference(Matrix(2, 3), Matrix(3, 2)); }) ==
          "difference: shapes must be equal ([2 x 3] and [3 x 2])");
}

TEST_CASE("relative_difference: is measured by the largest entry of the reference") {
    CHECK(relative_difference(Matrix(1, 1, 3), Matrix(1, 1, 4)) == 0.25);
    CHECK(relative_difference(Matrix(1, 1, 0), Matrix(1, 1, 0)) == 0);
    CHECK(std::isinf(relative_difference(Matrix(1, 1, 1e-300), Matrix(1, 1, 0))));
}

TEST_CASE("Matrix: a list in braces is its entries and never a value to fill it with") {
    CHECK(Matrix(2, 1, {5, 6}) == Matrix::from_rows({{5}, {6}}));
    CHECK_THROWS_WITH_AS(Matrix(2, 1, {5}), "matrix: a 2 x 1 matrix has 2 entries (1 given)",
                         ShapeError);
}
