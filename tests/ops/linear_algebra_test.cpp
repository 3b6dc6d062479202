#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace revolute;

namespace {

/// n on the diagonal, beside smaller numbers: well-conditioned for any size.
Matrix sound(int n) {
    Matrix A(n, n);
    for (int r = 0; r < n; ++r)
        for (int c = 0; c < n; ++c) A(r, c) = r == c ? n : std::sin(3.0 * r + 7.0 * c);
    return A;
}

Matrix filled(int rows, int columns) {
    Matrix x(rows, columns);
    double number = 0;
    for (double& entry : x.values()) entry = std::cos(++number);
    return x;
}

}  // namespace

TEST_CASE("linear algebra: what is solved for fits, and the inverse undoes, for every size") {
    for (const int n : {1, 2, 3, 5, 8, 13}) {
        CAPTURE(n);
        Graph graph;
        const Expr A = graph.parameter("A", {n, n}), B = graph.input("B", {n, 3});
        Bindings values;
        values.bind(A, sound(n)).bind(B, filled(n, 3));
        CHECK(largest_difference(evaluate(A * solve(A, B), values), filled(n, 3)) < 1e-13);
        CHECK(largest_difference(evaluate(inverse(A) * B, values), evaluate(solve(A, B), values)) <
              1e-13);
        Program program = compile(std::vector{solve(A, B), inverse(A), log_determinant(A)});
        program.bind(values);
        program.run();
        CHECK(largest_difference(program.value(0), evaluate(solve(A, B), values)) < 1e-14);
    }
}

TEST_CASE("linear algebra: the logarithm of the determinant, of either sign") {
    Graph graph;
    const Expr A = graph.parameter("A", {3, 3});
    Bindings values;
    values.bind(A, Matrix::from_rows({{0, 2, 0}, {5, 0, 0}, {1, 1, -3}}));  // determinant 30
    CHECK(scalar(log_determinant(A), values) == doctest::Approx(std::log(30)).epsilon(1e-15));
    values.bind(A, Matrix::from_rows({{2, 0, 0}, {0, -5, 0}, {0, 0, 3}}));
    CHECK(scalar(log_determinant(A), values) == doctest::Approx(std::log(30)).epsilon(1e-15));
    values.bind(A, Matrix(3, 3));
    CHECK(scalar(log_determinant(A), values) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("linear algebra: gradients and second derivatives agree with differences") {
    for (const int n : {1, 2, 4}) {
        CAPTURE(n);
        Graph graph;
        const Expr A = graph.parameter("A", {n, n}), B = graph.parameter("B", {n, 2}),
                   weights = graph.input("w", {n, 2}), square_weights = graph.input("W", {n, n});
        Bindings values;
        values.bind(A, sound(n))
            .bind(B, filled(n, 2))
            .bind(weights, filled(n, 2))
            .bind(square_weights, filled(n, n));
        const Expr loss = sum(hadamard(weights, solve(A, B))) +
                          sum(hadamard(square_weights, inverse(A))) + square(log_determinant(A));
        CHECK(check_gradient(loss, {A, B}, values).passes());
        const Derivative first = differentiate(loss, {A, B});
        const Expr slope = sum(square(first[A])) + sum(square(first[B]));
        CHECK(check_gradient(slope, {A, B}, values).passes());
    }
}

TEST_CASE("linear algebra: a Kalman filter's likelihood has right gradients") {
    // x(t) = F x(t-1) + noise of covariance Q, y(t) = H x(t) + noise of covariance R.
    Graph graph;
    const Expr F = graph.parameter("F", {2, 2}), H = graph.parameter("H", {1, 2}),
               Q = graph.parameter("Q", {2, 2}), R = graph.parameter("R", {1, 1});
    Bindings values;
    values.bind(F, Matrix::from_rows({{0.9, 0.2}, {-0.1, 0.8}}))
        .bind(H, Matrix::from_rows({{1, 0.5}}))
        .bind(Q, Matrix::from_rows({{0.3, 0.1}, {0.1, 0.2}}))
        .bind(R, Matrix(1, 1, 0.4));
    Expr x = graph.initial_state("m", {2, 1}), P = graph.initial_state("P", {2, 2});
    values.bind(x, Matrix(2, 1, {0.1, -0.2})).bind(P, Matrix::from_rows({{1, 0.2}, {0.2, 0.5}}));
    Expr loss = graph.constant(0);
    for (int t = 0; t < 5; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr y = graph.input("y", {1, 1});
        values.bind(y, Matrix(1, 1, std::sin(1.0 + t)));
        const Expr predicted = F * x;
        const Expr spread = F * P * transpose(F) + Q;
        const Expr innovation = y - H * predicted;
        const Expr S = H * spread * transpose(H) + R;
        const Expr gain = transpose(solve(S, H * spread));
        loss += 0.5 * log_determinant(S) + 0.5 * (transpose(innovation) * solve(S, innovation));
        x = (predicted + gain * innovation).named("m");
        P = (spread - gain * H * spread).named("P");
    }
    CHECK(check_gradient(loss, {F, H, Q, R}, values).passes());
}

TEST_CASE("linear algebra: shapes that do not fit are refused") {
    Graph graph;
    const Expr wide = graph.input("A", {2, 3}), square_one = graph.input("S", {3, 3}),
               B = graph.input("B", {2, 1});
    const auto message = [](auto make) {
        const std::string text = test::message_of<ShapeError>(make);
        return text.substr(0, text.find('\n'));
    };
    CHECK(message([&] { inverse(wide); }) == "inverse: the operand must be square");
    CHECK(message([&] { log_determinant(wide); }) == "log_determinant: the operand must be square");
    CHECK(message([&] { solve(wide, B); }) == "solve: the first operand must be square");
    CHECK(message([&] { solve(square_one, B); }) ==
          "solve: rows of the second operand (2) must be those of the first (3)");
}

TEST_CASE("linear algebra: operations are counted by the cube of the size") {
    Graph graph;
    const Expr A = graph.parameter("A", {4, 4}), B = graph.input("B", {4, 3});
    CHECK(operation_count(graph, inverse(A).id) == 2 * 64);
    CHECK(operation_count(graph, solve(A, B).id) == 64 + 2 * 16 * 3);
    CHECK(operation_count(graph, log_determinant(A).id) == 64);
}
