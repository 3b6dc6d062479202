// Functions that are made of operators.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace revolute;

TEST_CASE("compositions: a sum in a loop") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1});
    Expr total = x;
    for (int i = 0; i < 3; ++i) total += x;
    Bindings values;
    values.bind(x, Matrix(2, 1, {1, 2}));
    CHECK(evaluate(total, values) == Matrix(2, 1, {4, 8}));
    const Expr wide = graph.input("y", {2, 3});
    CHECK(test::message_of<ShapeError>([&] { total += wide; }).find("compositions_test.cpp") !=
          std::string::npos);
}

TEST_CASE("compositions: stacks of as many parts as there are") {
    Graph graph;
    std::vector<Expr> parts;
    Bindings values;
    for (int i = 0; i < 3; ++i) {
        parts.push_back(graph.input("x", {2, 1}));
        values.bind(parts.back(), Matrix(2, 1, {1.0 * i, 10.0 * i}));
    }
    CHECK(evaluate(stack_rows(parts), values) == Matrix(6, 1, {0, 0, 1, 10, 2, 20}));
    CHECK(evaluate(stack_columns(parts), values) == Matrix(2, 3, {0, 0, 1, 10, 2, 20}));
    CHECK(stack_rows({parts[0], parts[1]}) == stack_rows(std::vector{parts[0], parts[1]}));
    CHECK(test::message_of<GraphError>([] { stack_rows(std::vector<Expr>()); }) ==
          "stack_rows: needs an operand");
}

TEST_CASE("compositions: the larger and the smaller of entries and a number, with gradients") {
    Graph graph;
    const Expr x = graph.input("x", {4, 1});
    Bindings values;
    values.bind(x, Matrix(4, 1, {-2, 0.25, 0.75, 3}));
    CHECK(evaluate(maximum(x, 0.5), values) == Matrix(4, 1, {0.5, 0.5, 0.75, 3}));
    CHECK(evaluate(minimum(x, 0.5), values) == Matrix(4, 1, {-2, 0.25, 0.5, 0.5}));
    CHECK(evaluate(differentiate(sum(maximum(x, 0.5)), x)[x], values) ==
          Matrix(4, 1, {0, 0, 1, 1}));
    CHECK(evaluate(differentiate(sum(minimum(x, 0.5)), x)[x], values) ==
          Matrix(4, 1, {1, 1, 0, 0}));
}

TEST_CASE("compositions: softmax and its logarithm by rows are those of the transpose by columns") {
    Graph graph;
    const Expr x = graph.input("x", {2, 3});
    Bindings values;
    values.bind(x, Matrix::from_rows({{1, -2, 0.5}, {700, 710, 0}}));
    const Matrix rows = evaluate(softmax_of_rows(x), values);
    for (int r = 0; r < 2; ++r)
        CHECK(rows(r, 0) + rows(r, 1) + rows(r, 2) == doctest::Approx(1).epsilon(1e-14));
    CHECK(
        rows(0, 0) ==
        doctest::Approx(std::exp(1) / (std::exp(1) + std::exp(-2) + std::exp(0.5))).epsilon(1e-14));
    const Matrix logs = evaluate(log_sum_exp_of_rows(x), values);
    CHECK(logs.shape() == Shape{2, 1});
    CHECK(logs(1, 0) == doctest::Approx(710 + std::log1p(std::exp(-10))).epsilon(1e-14));
}

TEST_CASE(
    "compositions: the logarithm of a sum over several operands, entry by entry, and its "
    "gradient") {
    Graph graph;
    std::vector<Expr> terms;
    Bindings values;
    const double rows[3][4] = {{1, 2, -3, 800}, {0, 2, -3, 801}, {-1, 2, -300, 0}};
    for (const auto& row : rows) {
        terms.push_back(graph.input("a", {2, 2}));
        values.bind(terms.back(), Matrix(2, 2, std::vector<double>(row, row + 4)));
    }
    const Expr all = log_sum_exp(terms);
    const Matrix value = evaluate(all, values);
    CHECK(value(0, 0) == doctest::Approx(std::log(std::exp(1) + 1 + std::exp(-1))).epsilon(1e-14));
    CHECK(value(1, 0) == doctest::Approx(2 + std::log(3)).epsilon(1e-14));
    CHECK(value(0, 1) == doctest::Approx(-3 + std::log(2)).epsilon(1e-14));
    CHECK(value(1, 1) == doctest::Approx(801 + std::log1p(std::exp(-1))).epsilon(1e-14));
    const Matrix slope = evaluate(differentiate(sum(all), terms[1])[terms[1]], values);
    CHECK(slope(1, 0) == doctest::Approx(1.0 / 3).epsilon(1e-14));
    CHECK(log_sum_exp({terms[0], terms[1]}).shape() == Shape{2, 2});
    CHECK(test::message_of<GraphError>([] {
              log_sum_exp(std::vector<Expr>());
          }).starts_with("log_sum_exp: needs an operand\n  asked for at "));
    CHECK(test::message_of<GraphError>([&] {
              log_sum_exp({terms[0], Expr()});
          }).starts_with("log_sum_exp: operand 1 is an empty expression"));
    const Expr wide = graph.input("w", {2, 3});
    CHECK(test::message_of<ShapeError>([&] {
              log_sum_exp({terms[0], wide});
          }).find("operand 1 is w [2 x 3]") != std::string::npos);
}

TEST_CASE("compositions: rows of a table, and powers of one expression by another") {
    Graph graph;
    const Expr table = graph.input("T", {3, 2}), indices = graph.input("i", {1, 2}),
               a = graph.input("a", {2, 1}), b = graph.input("b", {2, 1});
    Bindings values;
    values.bind(table, Matrix::from_rows({{1, 2}, {3, 4}, {5, 6}}))
        .bind(indices, Matrix(1, 2, {2, 0}))
        .bind(a, Matrix(2, 1, {2, 9}))
        .bind(b, Matrix(2, 1, {3, 0.5}));
    CHECK(evaluate(gather_rows(table, indices), values) == Matrix::from_rows({{5, 6}, {1, 2}}));
    CHECK(evaluate(differentiate(sum(gather_rows(table, indices)), table)[table], values) ==
          Matrix::from_rows({{1, 1}, {0, 0}, {1, 1}}));
    const Matrix powers = evaluate(power(a, b), values);
    CHECK(powers(0, 0) == doctest::Approx(8).epsilon(1e-14));
    CHECK(powers(1, 0) == doctest::Approx(3).epsilon(1e-14));
    const Derivative d = differentiate(sum(power(a, b)), {a, b});
    CHECK(evaluate(d[a], values)(0, 0) == doctest::Approx(12).epsilon(1e-14));
    CHECK(evaluate(d[b], values)(0, 0) == doctest::Approx(8 * std::log(2)).epsilon(1e-14));
}

TEST_CASE("compositions: the identity and triangles of ones, of every size") {
    for (const int n : {1, 2, 5}) {
        CAPTURE(n);
        Graph graph;
        const Expr I = identity_matrix(graph, n);
        const Matrix ones = evaluate(I, {}), upper = evaluate(cumulative_sum(I), {}),
                     lower = evaluate(reverse_cumulative_sum(I), {}),
                     above = evaluate(cumulative_sum(I) - I, {});
        for (int r = 0; r < n; ++r)
            for (int c = 0; c < n; ++c) {
                CHECK(ones(r, c) == (r == c ? 1 : 0));
                CHECK(upper(r, c) == (r <= c ? 1 : 0));
                CHECK(lower(r, c) == (r >= c ? 1 : 0));
                CHECK(above(r, c) == (r < c ? 1 : 0));
            }
    }
    Graph graph;
    CHECK(test::message_of<ShapeError>([&] {
              identity_matrix(graph, 0);
          }).find("compositions_test.cpp") != std::string::npos);
}

TEST_CASE(
    "compositions: a matrix of constants has its values, and what it multiplies its transpose") {
    for (const Matrix& values :
         {Matrix::from_rows({{1, 0.5}, {0, 1}}), Matrix::from_rows({{2, 3, -4}}),
          Matrix::from_rows({{2}, {3}}), Matrix(2, 3, 0.25), Matrix(1, 1, 7.0)}) {
        CAPTURE(to_string(values.shape()));
        Graph graph;
        const Expr A = constant_matrix(graph, values);
        CHECK(evaluate(A, {}) == values);
        CHECK(constant_matrix(graph, values).id == A.id);
        const Expr x = graph.parameter("x", {values.columns(), 1});
        const Derivative d = differentiate(sum(A * x), {x});
        const Matrix slope = evaluate(d[x], Bindings().bind(x, Matrix(values.columns(), 1, 0.5)));
        for (int c = 0; c < values.columns(); ++c) {
            double column = 0;
            for (int r = 0; r < values.rows(); ++r) column += values(r, c);
            CHECK(slope(c, 0) == doctest::Approx(column).epsilon(1e-15));
        }
    }
    Graph graph;
    for (const Matrix& empty : {Matrix(0, 0), Matrix(0, 2), Matrix(2, 0)})
        CHECK_THROWS_AS(constant_matrix(graph, empty), ShapeError);
}

TEST_CASE("compositions: a causal mask lets each column see itself and what is before it") {
    Graph graph;
    const Expr scores = graph.parameter("scores", {3, 3});  // key r, query c
    const Expr sees = cumulative_sum(identity_matrix(graph, 3));
    const Expr shares = softmax(
        where(sees, scores, constant_like(scores, -std::numeric_limits<double>::infinity()).expr));
    const Bindings values = Bindings().bind(scores, Matrix(3, 3, 0.5));
    const double third = 1.0 / 3;
    CHECK(largest_difference(evaluate(shares, values),
                             Matrix::from_rows({{1, 0.5, third}, {0, 0.5, third}, {0, 0, third}})) <
          1e-15);
    // A query's loss has no slope by the scores of what comes later.
    const Expr loss =
        sum(hadamard(shares, graph.constant(2.0, {3, 3})) - hadamard(shares, square(shares)));
    const Matrix slope = evaluate(differentiate(loss, scores)[scores], values);
    for (int r = 0; r < 3; ++r)
        for (int c = 0; c < r; ++c) CHECK(slope(r, c) == 0);
}
