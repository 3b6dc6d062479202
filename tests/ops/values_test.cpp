// Values of the operators against numbers worked out by hand.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace revolute;

namespace {

struct Values {
    Expr operator()(const char* name, const Matrix& value) {
        const Expr x = graph.input(name, value.shape());
        bindings.bind(x, value);
        return x;
    }
    Matrix of(Expr x) const { return evaluate(x, bindings); }

    Graph graph;
    Bindings bindings;
};

const Matrix a_value = Matrix::from_rows({{1, 2, 3}, {4, 5, 6}});
const Matrix b_value = Matrix::from_rows({{10, 20, 30}, {40, 50, 60}});

}  // namespace

TEST_CASE("add and subtract: work entry by entry") {
    Values v;
    const Expr a = v("a", a_value), b = v("b", b_value);
    CHECK(v.of(a + b) == Matrix::from_rows({{11, 22, 33}, {44, 55, 66}}));
    CHECK(v.of(b - a) == Matrix::from_rows({{9, 18, 27}, {36, 45, 54}}));
    CHECK(v.of(-a) == Matrix::from_rows({{-1, -2, -3}, {-4, -5, -6}}));
}

TEST_CASE("a number beside an expression: means the constant of its shape") {
    Values v;
    const Expr a = v("a", a_value);
    CHECK(v.of(1.0 - a) == Matrix::from_rows({{0, -1, -2}, {-3, -4, -5}}));
    CHECK(v.of(a - 1.0) == Matrix::from_rows({{0, 1, 2}, {3, 4, 5}}));
    CHECK(v.of(a + 1) == v.of(1 + a));
    CHECK(v.of(2 * a) == Matrix::from_rows({{2, 4, 6}, {8, 10, 12}}));
    CHECK(v.of(a * 0.5) == v.of(scale(0.5, a)));
}

TEST_CASE("products: matmul, hadamard, multiply and square are four things") {
    Values v;
    const Expr a = v("a", a_value), b = v("b", b_value), s = v("s", Matrix(1, 1, 3.0));
    CHECK(v.of(a * transpose(b)) == Matrix::from_rows({{140, 320}, {320, 770}}));
    CHECK(v.of(matmul(a, transpose(b))) == v.of(a * transpose(b)));
    CHECK(v.of(hadamard(a, b)) == Matrix::from_rows({{10, 40, 90}, {160, 250, 360}}));
    CHECK(v.of(multiply(s, a)) == Matrix::from_rows({{3, 6, 9}, {12, 15, 18}}));
    CHECK(v.of(square(a)) == Matrix::from_rows({{1, 4, 9}, {16, 25, 36}}));
}

TEST_CASE("transpose: swaps rows and columns") {
    Values v;
    CHECK(v.of(transpose(v("a", a_value))) == Matrix::from_rows({{1, 4}, {2, 5}, {3, 6}}));
}

TEST_CASE("sums: of all entries, of rows, of columns") {
    Values v;
    const Expr a = v("a", a_value);
    CHECK(v.of(sum(a)) == Matrix(1, 1, 21.0));
    CHECK(v.of(row_sums(a)) == Matrix::from_rows({{6}, {15}}));
    CHECK(v.of(column_sums(a)) == Matrix::from_rows({{5, 7, 9}}));
}

TEST_CASE("broadcasts: repeat a number, a column, a row") {
    Values v;
    CHECK(v.of(broadcast(v("s", Matrix(1, 1, 3.0)), 2, 2)) == Matrix(2, 2, 3.0));
    CHECK(v.of(broadcast_columns(v("c", Matrix::from_rows({{1}, {2}})), 2)) ==
          Matrix::from_rows({{1, 1}, {2, 2}}));
    CHECK(v.of(broadcast_rows(v("r", Matrix::from_rows({{1, 2}})), 2)) ==
          Matrix::from_rows({{1, 2}, {1, 2}}));
}

TEST_CASE("tanh: is the hyperbolic tangent, with its limits") {
    Values v;
    const Matrix y = v.of(tanh(v("x", Matrix::from_rows({{0.0, 0.5, -2.0, 1000.0, -1000.0}}))));
    CHECK(y(0, 0) == 0.0);
    // Two units in the last place: Eigen's double tanh is libm's, whose own error is below that.
    CHECK(std::abs(y(0, 1) - 0.46211715726000975850) <= 2 * 0x1p-54);
    CHECK(std::abs(y(0, 2) + 0.96402758007581688395) <= 2 * 0x1p-53);
    CHECK(y(0, 3) == 1.0);
    CHECK(y(0, 4) == -1.0);
}

TEST_CASE("mse: is half the squared error, summed over rows and averaged over columns") {
    Values v;
    const Expr y = v("y", a_value), target = v("Y", Matrix(2, 3, 1.0));
    // Squares 0 1 4 9 16 25 sum to 55; over 2 and over 3 columns.
    CHECK(v.of(mse(y, target))(0, 0) == doctest::Approx(55.0 / 6.0).epsilon(1e-15));
}

TEST_CASE("dense: adds the bias to every column") {
    Values v;
    const Expr W = v("W", a_value), b = v("b", Matrix::from_rows({{100}, {200}}));
    const Expr x = v("x", Matrix::from_rows({{1, 0}, {0, 1}, {0, 0}}));
    CHECK(v.of(dense(W, x, b)) == Matrix::from_rows({{101, 102}, {204, 205}}));
    const Expr one = v("one", Matrix::from_rows({{1}, {1}, {1}}));
    CHECK(v.of(dense(W, one, b)) == Matrix::from_rows({{106}, {215}}));
}

TEST_CASE("accumulate: adds from the first operand to the last") {
    Values v;
    // In this order the sum is 1; the other way round rounding loses it.
    const std::vector<Expr> terms{v("p", Matrix(1, 1, 1e16)), v("q", Matrix(1, 1, -1e16)),
                                  v("r", Matrix(1, 1, 1.0))};
    CHECK(v.of(accumulate(terms)) == Matrix(1, 1, 1.0));
    const std::vector<Expr> reversed(terms.rbegin(), terms.rend());
    CHECK(v.of(accumulate(reversed)) == Matrix(1, 1, 0.0));
}
