#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/ops.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <cstring>

using namespace revolute;
using Eigen::MatrixXd;

namespace {

bool same_bits(const Matrix& a, const Matrix& b) {
    return a.shape() == b.shape() &&
           std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Two inputs of 3 x 4 with values, and what Eigen makes of the same values.
struct Pair {
    Graph graph;
    Expr a = graph.input("a", {3, 4}), b = graph.input("b", {3, 4});
    Matrix A = test::Random(1).matrix({3, 4}), B = test::Random(2).matrix({3, 4});
    Bindings values = Bindings().bind(a, A).bind(b, B);

    /// Largest difference between the engine's value and Eigen's; infinite when shapes differ.
    double difference(Expr y, const MatrixXd& expected) const {
        const Matrix value = evaluate(y, values);
        if (value.shape() !=
            Shape{static_cast<int>(expected.rows()), static_cast<int>(expected.cols())})
            return INFINITY;
        return (as_eigen(value) - expected).cwiseAbs().maxCoeff();
    }
};

// Sums of at most twelve numbers below one may be added in another order.
constexpr double sum_tolerance = 1e-14;

}  // namespace

TEST_CASE("evaluate: sums and differences are Eigen's") {
    Pair p;
    CHECK(p.difference(p.a + p.b, as_eigen(p.A) + as_eigen(p.B)) == 0);
    CHECK(p.difference(p.a - p.b, as_eigen(p.A) - as_eigen(p.B)) == 0);
    CHECK(p.difference(-p.a, -as_eigen(p.A)) == 0);
}

TEST_CASE("evaluate: numbers beside expressions are constants of their shape") {
    Pair p;
    CHECK(p.difference(p.a + 1.5, (as_eigen(p.A).array() + 1.5).matrix()) == 0);
    CHECK(p.difference(1.5 - p.a, (1.5 - as_eigen(p.A).array()).matrix()) == 0);
    CHECK(p.difference(p.a - 2, (as_eigen(p.A).array() - 2).matrix()) == 0);
    CHECK(p.difference(3 * p.a, 3 * as_eigen(p.A)) == 0);
    CHECK(p.difference(p.a * 3, 3 * as_eigen(p.A)) == 0);
}

TEST_CASE("evaluate: products entry by entry are Eigen's") {
    Pair p;
    CHECK(p.difference(hadamard(p.a, p.b), as_eigen(p.A).cwiseProduct(as_eigen(p.B))) == 0);
    CHECK(p.difference(square(p.a), as_eigen(p.A).cwiseProduct(as_eigen(p.A))) == 0);
}

TEST_CASE("evaluate: the hyperbolic tangent is the standard library's to rounding") {
    Pair p;
    const MatrixXd expected = as_eigen(p.A).unaryExpr([](double x) { return std::tanh(x); });
    // Two good implementations differ by a few units in the last place of numbers below one.
    CHECK(p.difference(tanh(p.a), expected) <= 1e-15);
}

TEST_CASE("evaluate: the matrix product is Eigen's") {
    Pair p;
    const MatrixXd expected = as_eigen(p.A) * as_eigen(p.B).transpose();
    CHECK(p.difference(p.a * transpose(p.b), expected) <= sum_tolerance);
    CHECK(p.difference(transpose(p.a), as_eigen(p.A).transpose()) == 0);
}

TEST_CASE("evaluate: a number node times a matrix is Eigen's") {
    Pair p;
    const Expr s = p.graph.input("s", {1, 1});
    p.values.bind(s, Matrix(1, 1, -2.5));
    CHECK(p.difference(multiply(s, p.a), -2.5 * as_eigen(p.A)) == 0);
}

TEST_CASE("evaluate: reductions are Eigen's") {
    Pair p;
    const auto A = as_eigen(p.A);
    CHECK(p.difference(sum(p.a), MatrixXd::Constant(1, 1, A.sum())) <= sum_tolerance);
    CHECK(p.difference(row_sums(p.a), A.rowwise().sum()) <= sum_tolerance);
    CHECK(p.difference(column_sums(p.a), A.colwise().sum()) <= sum_tolerance);
}

TEST_CASE("evaluate: broadcasts are Eigen's") {
    Pair p;
    const Expr column = p.graph.input("column", {3, 1}), row = p.graph.input("row", {1, 4});
    const Expr number = p.graph.input("number", {1, 1});
    const auto A = as_eigen(p.A);
    p.values.bind(column, to_matrix(A.col(1))).bind(row, to_matrix(A.row(2)));
    p.values.bind(number, Matrix(1, 1, 0.7));
    CHECK(p.difference(broadcast_columns(column, 5), A.col(1).replicate(1, 5)) == 0);
    CHECK(p.difference(broadcast_rows(row, 5), A.row(2).replicate(5, 1)) == 0);
    CHECK(p.difference(broadcast(number, 2, 5), MatrixXd::Constant(2, 5, 0.7)) == 0);
}

TEST_CASE("evaluate: mse is half the squared error, averaged over columns") {
    Pair p;
    const double expected = 0.5 * (as_eigen(p.A) - as_eigen(p.B)).squaredNorm() / 4.0;
    CHECK(p.difference(mse(p.a, p.b), MatrixXd::Constant(1, 1, expected)) <= sum_tolerance);
}

TEST_CASE("evaluate: dense adds the bias to every column") {
    Pair p;
    const Expr W = p.graph.parameter("W", {2, 3}), c = p.graph.parameter("c", {2, 1});
    const Matrix w = test::Random(3).matrix({2, 3}), bias = test::Random(4).matrix({2, 1});
    p.values.bind(W, w).bind(c, bias);
    const MatrixXd expected =
        (as_eigen(w) * as_eigen(p.A)).colwise() + Eigen::VectorXd(as_eigen(bias).col(0));
    CHECK(p.difference(dense(W, p.a, c), expected) <= sum_tolerance);
}

TEST_CASE("evaluate: accumulate adds from the first operand to the last") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1}), y = graph.input("y", {1, 1});
    const Expr z = graph.input("z", {1, 1});
    Bindings values;
    values.bind(x, Matrix(1, 1, 1e16)).bind(y, Matrix(1, 1, -1e16)).bind(z, Matrix(1, 1, 1.0));
    // In floating point (1e16 - 1e16) + 1 is 1, but (1 + 1e16) - 1e16 is 0: the 1 is rounded away.
    CHECK(evaluate(accumulate(std::vector<Expr>{x, y, z}), values)(0, 0) == 1.0);
    CHECK(evaluate(accumulate(std::vector<Expr>{z, x, y}), values)(0, 0) == 0.0);
}

TEST_CASE("evaluate: outputs come in the order asked for, repeated ones too") {
    Pair p;
    const std::vector<Expr> outputs{p.b, p.a + p.b, p.a, p.a + p.b};
    const std::vector<Matrix> results = evaluate(outputs, p.values);
    REQUIRE(results.size() == 4);
    CHECK(results[0] == p.B);
    CHECK(results[1] == to_matrix(as_eigen(p.A) + as_eigen(p.B)));
    CHECK(results[2] == p.A);
    CHECK(results[3] == results[1]);
}

TEST_CASE("evaluate: a leaf can be the output") {
    Pair p;
    CHECK(evaluate(p.a, p.values) == p.A);
}

TEST_CASE("evaluate: a constant can be the output") {
    Graph graph;
    CHECK(evaluate(graph.constant(0.25, {2, 3}), {}) == Matrix(2, 3, 0.25));
}

TEST_CASE("evaluate: an output that others use keeps its value") {
    Pair p;
    const Expr inner = tanh(p.a);
    Expr outer = inner;
    for (int i = 0; i < 5; ++i) outer = tanh(outer) + p.b;
    const std::vector<Expr> outputs{inner, outer};
    const Matrix alone = evaluate(inner, p.values);
    CHECK(same_bits(evaluate(outputs, p.values).front(), alone));
}

TEST_CASE("evaluate: what the outputs do not need is neither computed nor missed") {
    Pair p;
    const Expr unbound = p.graph.input("unbound", {3, 4});
    tanh(unbound);
    CHECK(evaluate(p.a, p.values) == p.A);
}

TEST_CASE("evaluate: handing buffers on changes no bit on random graphs") {
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        test::RandomGraph random(seed, 60);
        const auto outputs = std::span(random.nodes).last(10);
        const std::vector<Matrix> results = evaluate(outputs, random.bindings);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            CAPTURE(seed);
            REQUIRE(same_bits(results[i], test::evaluate_naively(outputs[i], random.bindings)));
        }
    }
}

TEST_CASE("evaluate: running twice gives the same bits") {
    test::RandomGraph random(99, 100);
    const Matrix first = evaluate(random.nodes.back(), random.bindings);
    CHECK(same_bits(evaluate(random.nodes.back(), random.bindings), first));
}

TEST_CASE("evaluate: a second value for a leaf replaces the first") {
    Pair p;
    p.values.bind(p.a, p.B);
    CHECK(evaluate(p.a, p.values) == p.B);
}

TEST_CASE("bindings: find tells the value of a leaf, and none when there is none") {
    Pair p;
    REQUIRE(p.values.find(p.a) != nullptr);
    CHECK(*p.values.find(p.a) == p.A);
    CHECK(p.values.find(p.graph.input("late", {1, 1})) == nullptr);
    Graph other;
    CHECK(p.values.find(other.input("a", {3, 4})) == nullptr);
}
