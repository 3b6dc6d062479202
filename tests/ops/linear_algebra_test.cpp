#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <support/message.hpp>
#include <support/program_check.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

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

TEST_CASE("linear algebra: the bits of a column do not depend on the columns beside it") {
    for (const int n : {1, 4, 21}) {
        CAPTURE(n);
        Graph graph;
        const Expr A = graph.parameter("A", {n, n}), B = graph.input("B", {n, 19});
        const Bindings values = Bindings().bind(A, sound(n)).bind(B, filled(n, 19));
        for (int c = 0; c < 19; ++c)
            CHECK(evaluate(columns(solve(A, B), c, 1), values) ==
                  evaluate(solve(A, columns(B, c, 1)), values));
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

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Matrix copied(ConstMatrixView x) {
    return {x.rows, x.columns, std::vector<double>(x.values().begin(), x.values().end())};
}

bool is_nan(const Matrix& x) {
    return std::ranges::all_of(x.values(), [](double value) { return std::isnan(value); });
}

/// inverse(A), solve(A, B) and log_determinant(A) by the evaluator and by programs of both kinds of
/// numbers, each handed to `check`.
template <class Check>
void for_every_way(const Matrix& A, const Matrix& B, const Check& check) {
    Graph graph;
    const Expr a = graph.parameter("A", A.shape()), b = graph.input("B", B.shape());
    const std::vector<Expr> outputs{inverse(a), solve(a, b), log_determinant(a)};
    const Bindings values = Bindings().bind(a, A).bind(b, B);
    check(evaluate(outputs, values));
    for (const Precision precision : {Precision::float64, Precision::float32})
        check(test::computed_by_program(outputs, values, precision));
}

}  // namespace

TEST_CASE("linear algebra: a matrix [1 x 1] is a number, and 0 is singular like any other") {
    for_every_way(Matrix(1, 1, -4.0), Matrix(1, 2, {2, 8}), [](const std::vector<Matrix>& found) {
        CHECK(found[0] == Matrix(1, 1, -0.25));
        CHECK(found[1] == Matrix(1, 2, {-0.5, -2}));
        CHECK(found[2](0, 0) == doctest::Approx(std::log(4)).epsilon(1e-7));
    });
    for_every_way(Matrix(1, 1, 0.0), Matrix(1, 2, 1.0), [](const std::vector<Matrix>& found) {
        CHECK(is_nan(found[0]));
        CHECK(is_nan(found[1]));
        CHECK(found[2] == Matrix(1, 1, -infinity));
    });
}

TEST_CASE("linear algebra: of a matrix with a pivot of 0 the inverse is NaN, the logarithm -inf") {
    // Zeros; a row twice; a column of zeros at the end; one that only elimination finds.
    for (const Matrix& A : {Matrix(3, 3), Matrix::from_rows({{1, 2, 4}, {1, 2, 4}, {0, 1, 1}}),
                            Matrix::from_rows({{2, 1, 0}, {1, 3, 0}, {4, 1, 0}}),
                            Matrix::from_rows({{1, 2, 3}, {4, 8, 12}, {1, 0, 1}})})
        for_every_way(A, filled(3, 2), [](const std::vector<Matrix>& found) {
            CHECK(is_nan(found[0]));
            CHECK(is_nan(found[1]));
            CHECK(found[2] == Matrix(1, 1, -infinity));
        });
}

TEST_CASE("linear algebra: an entry of A that is not finite makes everything NaN, wherever it is") {
    for (const double entry : {infinity, -infinity, not_a_number})
        for (std::size_t place = 0; place < 9; ++place) {
            Matrix A = sound(3);
            A.values()[place] = entry;
            for_every_way(A, filled(3, 2), [](const std::vector<Matrix>& found) {
                for (const Matrix& value : found) CHECK(is_nan(value));
            });
        }
}

TEST_CASE("linear algebra: an entry of B that is not finite makes its column NaN and no other") {
    const Matrix A = Matrix::from_rows({{2, 0, 0}, {0, 1, 0}, {0, 0, 4}});
    for (const double entry : {infinity, -infinity, not_a_number})
        for (int row = 0; row < 3; ++row) {
            Matrix B(3, 3, 1.0);
            B(row, 1) = entry;
            for_every_way(A, B, [](const std::vector<Matrix>& found) {
                for (int r = 0; r < 3; ++r)
                    for (int c = 0; c < 3; ++c) CHECK(std::isnan(found[1](r, c)) == (c == 1));
                CHECK(found[1](0, 0) == 0.5);
                CHECK(found[1](2, 2) == 0.25);
            });
        }
}

TEST_CASE("linear algebra: programs of floats round operands and results, and nothing between") {
    // Hilbert's matrix of entries that floats hold: digits are lost by elimination in floats.
    const int n = 5;
    Matrix A(n, n);
    for (int r = 0; r < n; ++r)
        for (int c = 0; c < n; ++c) A(r, c) = static_cast<float>(1.0 / (1 + r + c));
    Graph graph;
    const Expr a = graph.parameter("A", {n, n}), b = graph.input("B", {n, 2});
    Matrix B = filled(n, 2);
    for (double& value : B.values()) value = static_cast<float>(value);
    const Bindings values = Bindings().bind(a, A).bind(b, B);
    const std::vector<Expr> outputs{inverse(a), solve(a, b), log_determinant(a)};
    const std::vector<Matrix> expected = evaluate(outputs, values);
    Program program = compile(outputs, {.precision = Precision::float32});
    program.bind(values);
    program.run();
    for (std::size_t i = 0; i < outputs.size(); ++i)
        for (std::size_t entry = 0; entry < expected[i].size(); ++entry)
            CHECK(program.value(i).values()[entry] ==
                  static_cast<float>(expected[i].values()[entry]));
}

TEST_CASE("linear algebra: the bits are the same for any number of threads, in every run") {
    Graph graph;
    const Expr A = graph.parameter("A", {90, 90}), B = graph.parameter("B", {90, 40});
    const Expr loss = sum(square(solve(A, B))) + sum(inverse(A)) + log_determinant(A);
    const Derivative d = differentiate(loss, {A, B});
    const Bindings values = Bindings().bind(A, sound(90)).bind(B, filled(90, 40));
    const std::vector<Expr> outputs = d.loss_and_gradients();
    std::vector<Matrix> first;
    for (const std::size_t threads : {1U, 2U, 3U})
        for (int run = 0; run < 2; ++run) {
            Program program = compile(outputs, {.threads = threads});
            program.bind(values);
            program.run();
            std::vector<Matrix> found(outputs.size());
            for (std::size_t i = 0; i < outputs.size(); ++i) found[i] = copied(program.value(i));
            if (first.empty()) first = found;
            CHECK(found == first);
        }
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
    constexpr int huge = 1 << 30;
    CHECK_THROWS_AS(operation_count(graph, inverse(graph.input("H", {huge, huge})).id),
                    CapacityError);
}
