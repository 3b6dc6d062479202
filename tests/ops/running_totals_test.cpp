// cumulative_sum and its transpose beside products with triangles of ones.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/ops.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace revolute;

namespace {

/// Each column of x and those before it, or behind it, added up term by term.
Matrix added_up(const Matrix& x, bool from_last) {
    Matrix y(x.shape());
    for (int r = 0; r < x.rows(); ++r)
        for (int c = 0; c < x.columns(); ++c) {
            double total = 0;
            if (from_last)
                for (int k = x.columns() - 1; k >= c; --k) total += x(r, k);
            else
                for (int k = 0; k <= c; ++k) total += x(r, k);
            y(r, c) = total;
        }
    return y;
}

Expr applied(Expr x, bool from_last) {
    return from_last ? reverse_cumulative_sum(x) : cumulative_sum(x);
}

}  // namespace

TEST_CASE("running totals: they are the sums of columns, for every size and both precisions") {
    test::Random random(3);
    for (const int rows : {1, 2, 63, 64, 65, 200})
        for (const int columns : {1, 2, 7, 100})
            for (const bool from_last : {false, true}) {
                CAPTURE(rows);
                CAPTURE(columns);
                CAPTURE(from_last);
                Matrix value = random.matrix({rows, columns});
                for (double& entry : value.values()) entry = static_cast<float>(entry);
                Graph graph;
                const Expr x = graph.input("x", {rows, columns}), y = applied(x, from_last);
                const Bindings values = Bindings().bind(x, value);
                const Matrix expected = added_up(value, from_last);
                CHECK(evaluate(y, values) == expected);
                for (const Precision precision : {Precision::float64, Precision::float32}) {
                    Program program = compile(std::array{y}, {.precision = precision});
                    program.bind(values);
                    program.run();
                    for (std::size_t i = 0; i < expected.size(); ++i) {
                        const double exact = expected.values()[i];
                        const double right = precision == Precision::float64
                                                 ? exact
                                                 : double{static_cast<float>(exact)};
                        CHECK(program.value(0).values()[i] == right);
                    }
                }
            }
}

TEST_CASE("running totals: each is a product with a triangle of ones, and they are transposes") {
    Graph graph;
    const int n = 4;
    const Expr x = graph.parameter("x", {3, n}), weights = graph.input("w", {3, n});
    const Expr I = identity_matrix(graph, n);
    const Expr upper = cumulative_sum(I), lower = reverse_cumulative_sum(I);
    test::Random random(4);
    const Bindings values =
        Bindings().bind(x, random.matrix({3, n})).bind(weights, random.matrix({3, n}));
    // Sums of four terms of order one, in another order.
    CHECK(largest_difference(evaluate(cumulative_sum(x), values), evaluate(x * upper, values)) <=
          1e-15);
    CHECK(largest_difference(evaluate(reverse_cumulative_sum(x), values),
                             evaluate(x * lower, values)) <= 1e-15);
    CHECK(evaluate(transpose(upper), values) == evaluate(lower, values));
    const Expr loss = sum(hadamard(weights, cumulative_sum(x)));
    CHECK(evaluate(differentiate(loss, x)[x], values) ==
          evaluate(reverse_cumulative_sum(weights), values));
}

TEST_CASE("running totals: what is not finite stays so from its column on, in its row alone") {
    const double infinity = std::numeric_limits<double>::infinity();
    Graph graph;
    const Expr x = graph.input("x", {3, 4});
    const Bindings values = Bindings().bind(
        x, Matrix::from_rows(
               {{1, std::nan(""), 1, 1}, {1, 2, -infinity, 4}, {infinity, 1, -infinity, 1}}));
    const Matrix y = evaluate(cumulative_sum(x), values);
    for (int c = 0; c < 4; ++c) {
        CHECK(std::isnan(y(0, c)) == (c >= 1));
        CHECK((y(1, c) == -infinity) == (c >= 2));
        CHECK((y(2, c) == infinity) == (c < 2));
        CHECK(std::isnan(y(2, c)) == (c >= 2));
    }
    const Matrix z = evaluate(reverse_cumulative_sum(x), values);
    for (int c = 0; c < 4; ++c) CHECK(std::isnan(z(0, c)) == (c <= 1));
    CHECK(z(1, 3) == 4);
}

TEST_CASE("diagonals: taken, placed, and of size 1") {
    Graph graph;
    const Expr A = graph.input("A", {2, 2}), d = graph.input("d", {2, 1});
    const Expr one = graph.input("one", {1, 1});
    const Bindings values = Bindings()
                                .bind(A, Matrix::from_rows({{1, 2}, {3, 4}}))
                                .bind(d, Matrix(2, 1, {5, 6}))
                                .bind(one, Matrix(1, 1, 7.0));
    CHECK(evaluate(diagonal(A), values) == Matrix(2, 1, {1, 4}));
    CHECK(evaluate(diagonal_matrix(d), values) == Matrix::from_rows({{5, 0}, {0, 6}}));
    CHECK(evaluate(diagonal(one), values) == Matrix(1, 1, 7.0));
    CHECK(evaluate(diagonal_matrix(one), values) == Matrix(1, 1, 7.0));
    // Beside what is not finite there are zeros: nothing is multiplied.
    const Bindings infinite =
        Bindings().bind(d, Matrix(2, 1, std::numeric_limits<double>::infinity()));
    CHECK(evaluate(diagonal_matrix(d), infinite)(0, 1) == 0);
}
