#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/jacobian.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

using namespace revolute;
using test::message_of;

namespace {

/// A graph of leaves with random values.
struct Leaves {
    Graph graph;
    Bindings values;
    Random random{5};

    Expr leaf(const char* name, Shape shape) {
        const Expr expr = graph.parameter(name, shape);
        values.bind(expr, random.matrix(shape));
        return expr;
    }
    const Matrix& value(Expr leaf) const { return *values.find(leaf); }
};

/// Each entry to the rounding of a sum of a few dozen products of numbers of order one.
void check_close(const Matrix& a, const Matrix& b) {
    REQUIRE(a.shape() == b.shape());
    for (std::size_t i = 0; i < a.size(); ++i)
        CHECK(std::abs(a.values()[i] - b.values()[i]) <= 1e-14);
}

/// B' (x) A: the Jacobian of A X B by X.
Matrix kronecker(const Matrix& B, const Matrix& A) {
    Matrix result(A.rows() * B.columns(), A.columns() * B.rows());
    for (int i = 0; i < B.columns(); ++i)
        for (int j = 0; j < B.rows(); ++j)
            for (int r = 0; r < A.rows(); ++r)
                for (int c = 0; c < A.columns(); ++c)
                    result(i * A.rows() + r, j * A.columns() + c) = B(j, i) * A(r, c);
    return result;
}

}  // namespace

TEST_CASE("jacobian: of A x by x is A, by columns and by rows") {
    for (const Shape shape : {Shape{4, 3}, Shape{3, 4}, Shape{1, 3}, Shape{3, 1}, Shape{1, 1}}) {
        Leaves l;
        const Expr A = l.leaf("A", shape), x = l.leaf("x", {shape.columns, 1});
        CHECK(evaluate(jacobian(A * x, x), l.values) == l.value(A));
    }
}

TEST_CASE("jacobian: counts the entries of matrices column by column on both sides") {
    for (const int rows : {2, 5}) {  // 5: more entries in the output, by columns; 2: by rows
        Leaves l;
        const Expr A = l.leaf("A", {rows, 3}), X = l.leaf("X", {3, 2}), B = l.leaf("B", {2, 2});
        check_close(evaluate(jacobian(A * X * B, X), l.values), kronecker(l.value(B), l.value(A)));
    }
}

TEST_CASE("jacobian: of a matrix by itself is the unit matrix") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 2});
    Matrix unit(4, 4);
    for (int i = 0; i < 4; ++i) unit(i, i) = 1.0;
    CHECK(evaluate(jacobian(x, x), {}) == unit);
}

TEST_CASE("jacobian: of a transpose swaps entries") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 3});
    const Matrix J = evaluate(jacobian(transpose(x), x), {});
    for (int r = 0; r < 2; ++r)
        for (int c = 0; c < 3; ++c)
            for (int j = 0; j < 6; ++j) CHECK(J(r * 3 + c, j) == (j == c * 2 + r ? 1.0 : 0.0));
}

TEST_CASE("jacobian: of softmax is diag(y) - y y'") {
    Leaves l;
    const Expr x = l.leaf("x", {4, 1}), y = softmax(x);
    const Matrix value = evaluate(y, l.values);
    Matrix expected(4, 4);
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j)
            expected(i, j) = (i == j ? value(i, 0) : 0.0) - value(i, 0) * value(j, 0);
    check_close(evaluate(jacobian(y, x), l.values), expected);
}

TEST_CASE("jacobian: by rows equals by columns") {
    Leaves l;
    const Expr W = l.leaf("W", {2, 3}), x = l.leaf("x", {3, 1});
    const Expr y = tanh(W * sigmoid(x));
    const Matrix by_rows = evaluate(jacobian(y, x), l.values);
    const Matrix by_columns = evaluate(jacobian(stack_rows({y, y}), x), l.values);
    for (int j = 0; j < 3; ++j)
        for (int i = 0; i < 4; ++i)
            CHECK(by_columns(i, j) == doctest::Approx(by_rows(i % 2, j)).epsilon(1e-14));
}

TEST_CASE("jacobian: of a loss is its gradient in a row") {
    Leaves l;
    const Expr x = l.leaf("x", {2, 3}), loss = sum(tanh(x));
    const Matrix gradient = evaluate(differentiate(loss, {x})[x], l.values);
    CHECK(evaluate(jacobian(loss, x), l.values) ==
          Matrix(1, 6, {gradient.values().begin(), gradient.values().end()}));
}

TEST_CASE("jacobian: makes min(n, m) passes") {
    for (const Shape shape : {Shape{2, 7}, Shape{7, 2}}) {
        Leaves l;
        const Expr A = l.leaf("A", shape), x = l.leaf("x", {shape.columns, 1});
        const Expr J = jacobian(tanh(A * x), x);
        CHECK(l.graph.operand_count(J.id) == 2);
    }
}

TEST_CASE("jacobian: a value between leaf and output can be the variable") {
    Leaves l;
    const Expr U = l.leaf("U", {3, 3}), h0 = l.leaf("h", {3, 1});
    const Expr h1 = tanh(U * h0), h2 = tanh(U * h1);
    const Expr chained = jacobian(h2, h1) * jacobian(h1, h0);
    check_close(evaluate(chained, l.values), evaluate(jacobian(h2, h0), l.values));
}

TEST_CASE("jacobian: is an expression, to be named and differentiated again") {
    Leaves l;
    const Expr x = l.leaf("x", {2, 1});
    const Expr J = jacobian(hadamard(x, square(x)), x).named("J");
    CHECK(J.label() == "J");
    const Matrix second = evaluate(differentiate(sum(J), {x})[x], l.values);
    for (int i = 0; i < 2; ++i)
        CHECK(second(i, 0) == doctest::Approx(6 * l.value(x)(i, 0)).epsilon(1e-15));
}

TEST_CASE("jacobian: what the output does not depend on is named, or gives zeros") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.parameter("x", {2, 1}), unused = graph.parameter("unused", {3, 1});
    const Expr y = tanh(x).named("y");
    CHECK(message_of<DerivativeError>([&] { jacobian(y, unused); }) ==
          fmt::format("jacobian: the output does not depend on unused [3 x 1], made at "
                      "jacobian_test.cpp:{}\n"
                      "  output is y [2 x 1], made at jacobian_test.cpp:{}\n"
                      "  pass Unreachable::zeros to get a Jacobian of zeros",
                      line, line + 1));
    CHECK(evaluate(jacobian(y, unused, Unreachable::zeros), {}) == Matrix(2, 3));
}

TEST_CASE("jacobian: an output that depends by jumps alone does not depend, in either order") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    for (const Expr& y : {sign(x), sum(sign(x))}) {
        CHECK_THROWS_AS(jacobian(y, x), DerivativeError);
        CHECK(evaluate(jacobian(y, x, Unreachable::zeros), {}) == Matrix(y.shape().rows, 2));
    }
}

TEST_CASE("jacobian: a variable made after the output is one it does not depend on") {
    Graph graph;
    const Expr y = tanh(graph.parameter("x", {2, 1})), late = graph.parameter("late", {1, 1});
    CHECK(evaluate(jacobian(y, late, Unreachable::zeros), {}) == Matrix(2, 1));
}

TEST_CASE("jacobian: more entries than a size can count are refused") {
    Graph graph;
    const Expr x = graph.input("x", {65536, 65536}, {"made.cpp", 1});
    const Expr w = graph.parameter("w", {1, 1});
    CHECK(message_of<ShapeError>([&] { jacobian(x, w, Unreachable::zeros); }) ==
          "jacobian: there must be at most 2147483647 entries (4294967296)\n  it is x [65536 x "
          "65536], made at made.cpp:1");
    const Expr most = graph.input("most", {2147483647, 1});
    CHECK(jacobian(most, w, Unreachable::zeros).shape() == Shape{2147483647, 1});
}

TEST_CASE("jacobian: empty expressions and two graphs are refused") {
    Graph one, other;
    const int line = __LINE__ + 1;
    const Expr x = one.parameter("x", {1, 1}), y = other.parameter("y", {1, 1});
    CHECK(message_of<GraphError>([&] { jacobian(Expr{}, x); }) ==
          "jacobian: an expression is empty");
    CHECK(message_of<GraphError>([&] { jacobian(x, Expr{}); }) ==
          "jacobian: an expression is empty");
    CHECK(message_of<GraphError>([&] { jacobian(y, x); }) ==
          fmt::format("jacobian: expressions must belong to one graph\n"
                      "  one is y [1 x 1], made at jacobian_test.cpp:{0}\n"
                      "  another is x [1 x 1], made at jacobian_test.cpp:{0}",
                      line));
}

TEST_CASE("hessian: of a quadratic form is its symmetric matrix") {
    Graph graph;
    const Expr A = graph.input("A", {2, 2}), x = graph.parameter("x", {2, 1});
    const Expr H = hessian(0.5 * (transpose(x) * A * x), x);
    // A = [4 2; 6 8].
    CHECK(evaluate(H, Bindings().bind(A, Matrix(2, 2, {4, 6, 2, 8}))) ==
          Matrix(2, 2, {4, 4, 4, 8}));
}

TEST_CASE("hessian: of Rosenbrock's function is that of calculus") {
    // f = (1 - a)^2 + 100 (b - a^2)^2: H = [1200 a^2 - 400 b + 2, -400 a; -400 a, 200].
    Leaves l;
    const Expr x = l.leaf("x", {2, 1}), a = rows(x, 0, 1), b = rows(x, 1, 1);
    const Expr f = square(1.0 - a) + 100.0 * square(b - square(a));
    const Matrix H = evaluate(hessian(f, x), l.values);
    const double u = l.value(x)(0, 0), v = l.value(x)(1, 0);
    CHECK(H(0, 0) == doctest::Approx(1200 * u * u - 400 * v + 2).epsilon(1e-13));
    CHECK(H(0, 1) == doctest::Approx(-400 * u).epsilon(1e-13));
    CHECK(H(1, 0) == doctest::Approx(-400 * u).epsilon(1e-13));
    CHECK(H(1, 1) == doctest::Approx(200).epsilon(1e-13));
}

TEST_CASE("hessian: its columns are products along unit directions") {
    Leaves l;
    const Expr W = l.leaf("W", {2, 2}), x = l.leaf("x", {2, 1});
    const Expr loss = sum(square(tanh(W * tanh(W * x))));
    const Expr H = hessian(loss, W);
    REQUIRE(H.shape() == Shape{4, 4});
    const std::vector<Expr> variables{W};
    for (int j = 0; j < 4; ++j) {
        const Expr unit = reshape(place_rows(l.graph.constant(1.0), j, 4), 2, 2);
        const std::vector<Seed> direction{{W, unit}};
        const Expr Hv = hessian_vector_product(loss, variables, direction).front();
        CHECK(evaluate(columns(H, j, 1), l.values) == evaluate(reshape(Hv, 4, 1), l.values));
    }
    check_close(evaluate(H, l.values), evaluate(transpose(H), l.values));
}

TEST_CASE("hessian: of a linear loss is zeros") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 2});
    CHECK(evaluate(hessian(sum(x), x), {}) == Matrix(4, 4));
}

TEST_CASE("hessian: what the loss does not depend on is named, or gives zeros") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.parameter("x", {1, 1}), unused = graph.parameter("unused", {2, 1});
    const Expr loss = square(x).named("L");
    CHECK(message_of<DerivativeError>([&] { hessian(loss, unused); }) ==
          fmt::format("differentiate: the loss does not depend on unused [2 x 1], made at "
                      "jacobian_test.cpp:{}\n"
                      "  loss is L [1 x 1], made at jacobian_test.cpp:{}\n"
                      "  pass Unreachable::zeros to get a gradient of zeros",
                      line, line + 1));
    CHECK(evaluate(hessian(loss, unused, Unreachable::zeros), {}) == Matrix(2, 2));
}

TEST_CASE("hessian: a loss that is no number, and an empty variable, are refused") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const int line = __LINE__ + 1;
    const Expr y = tanh(x).named("y");
    CHECK(message_of<ShapeError>([&] { hessian(y, x); }) ==
          fmt::format("differentiate: the loss must be [1 x 1]\n"
                      "  loss is y [2 x 1], made at jacobian_test.cpp:{}\n"
                      "  use sum(...) to make one number of it",
                      line));
    CHECK(message_of<GraphError>([&] { hessian(sum(y), Expr{}); }) ==
          "hessian: an expression is empty");
}

TEST_CASE("jacobian: what it makes carries the line of the call") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1}), y = tanh(x);
    const int line = __LINE__ + 1;
    const Expr J = jacobian(y, x);
    CHECK(graph.origin(J.id) == fmt::format("made at jacobian_test.cpp:{}", line));
}
