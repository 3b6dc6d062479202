#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/ops/ops.hpp>
#include <support/dot.hpp>
#include <support/message.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

using namespace revolute;
using test::dot;
using test::message_of;

namespace {

/// L = 1/2 x' A x, whose matrix of second derivatives is (A + A') / 2.
struct QuadraticForm {
    Graph graph;
    Expr A = graph.input("A", {3, 3});
    Expr x = graph.parameter("x", {3, 1});
    Expr v = graph.input("v", {3, 1});
    Expr loss = (0.5 * (transpose(x) * A * x)).named("L");
    std::vector<Expr> variables{x};
    std::vector<Seed> direction{{x, v}};
    Bindings values;

    QuadraticForm() {
        values.bind(A, Matrix(3, 3, {4, 2, 6, 0, 8, 2, 2, 6, 10}));
        values.bind(x, Matrix(3, 1, {0.5, -0.25, 2}));
        values.bind(v, Matrix(3, 1, {1, -2, 4}));
    }
};

}  // namespace

TEST_CASE("hessian_vector_product: of a quadratic form is its symmetric matrix times v") {
    QuadraticForm q;
    const Expr Hv = hessian_vector_product(q.loss, q.variables, q.direction).front();
    // (A + A') / 2 = [4 1 4; 1 8 4; 4 4 10]; small integers, so nothing is rounded.
    CHECK(evaluate(Hv, q.values) == Matrix(3, 1, {18, 1, 36}));
}

TEST_CASE("hessian_vector_product: several variables are moved together") {
    // L = x^2 y: H = [2y 2x; 2x 0].
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), y = graph.parameter("y", {1, 1});
    const std::vector<Expr> variables{x, y};
    const std::vector<Seed> direction{{x, graph.constant(3.0)}, {y, graph.constant(5.0)}};
    const auto Hv = hessian_vector_product(hadamard(square(x), y), variables, direction);
    const Bindings values = Bindings().bind(x, Matrix(1, 1, 0.5)).bind(y, Matrix(1, 1, 7.0));
    CHECK(evaluate(Hv[0], values) == Matrix(1, 1, 2 * 7.0 * 3.0 + 2 * 0.5 * 5.0));
    CHECK(evaluate(Hv[1], values) == Matrix(1, 1, 2 * 0.5 * 3.0));
}

TEST_CASE("hessian_vector_product: a direction along another variable gives a block of H") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), y = graph.parameter("y", {1, 1});
    const std::vector<Expr> variables{x};
    const std::vector<Seed> direction{{y, graph.constant(5.0)}};
    const auto Hv = hessian_vector_product(hadamard(square(x), y), variables, direction);
    REQUIRE(Hv.size() == 1);
    CHECK(evaluate(Hv[0], Bindings().bind(x, Matrix(1, 1, 0.5))) == Matrix(1, 1, 2 * 0.5 * 5.0));
}

TEST_CASE("hessian_vector_product: is the gradient of <gradient, v> on random graphs") {
    int told = 0;
    for (std::uint32_t seed = 0; seed < 30; ++seed) {
        test::RandomGraph random(seed);
        const Expr loss = random.loss();
        const Derivative d = differentiate(loss, random.leaves, Unreachable::zeros);
        Bindings values = random.bindings;
        std::vector<Seed> direction;
        Expr slope = random.graph.constant(0.0);
        for (const Expr& x : random.leaves) {
            const Expr v = random.graph.input("v", x.shape());
            values.bind(v, random.random.matrix(x.shape()));
            direction.push_back({x, v});
            slope = slope + sum(hadamard(d[x], v));
        }
        const auto Hv = hessian_vector_product(loss, random.leaves, direction, Unreachable::zeros);
        const Derivative second = differentiate(slope, random.leaves, Unreachable::zeros);
        for (std::size_t i = 0; i < Hv.size(); ++i) {
            const Matrix forward = evaluate(Hv[i], values);
            const Matrix backward = evaluate(second.gradients()[i], values);
            CAPTURE(seed);
            // The same sums of products in another order, some hundreds of them, with cancellation
            // up to a hundredfold: 1e4 eps.
            for (std::size_t k = 0; k < forward.size(); ++k)
                CHECK(std::abs(forward.values()[k] - backward.values()[k]) <=
                      1e-12 * (1 + std::abs(forward.values()[k])));
            told += dot(forward, forward) > 1e-6;
        }
    }
    CHECK(told > 30);  // else the check above would say little
}

TEST_CASE("hessian_vector_product: shares the gradient's nodes with differentiate") {
    QuadraticForm q;
    hessian_vector_product(q.loss, q.variables, q.direction);
    const std::uint32_t size = q.graph.size();
    differentiate(q.loss, q.variables);
    CHECK(q.graph.size() == size);
}

TEST_CASE("hessian_vector_product: is an expression, to be written and differentiated again") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), v = graph.input("v", {1, 1});
    const std::vector<Expr> variables{x};
    const std::vector<Seed> direction{{x, v}};
    const Expr Hv = hessian_vector_product(power(x, 3), variables, direction).front().named("Hv");
    CHECK(Hv.label() == "Hv");
    CHECK(expression(Hv, Notation::text).text.find('v') != std::string::npos);
    const Bindings values = Bindings().bind(x, Matrix(1, 1, 2.0)).bind(v, Matrix(1, 1, 5.0));
    CHECK(evaluate(Hv, values) == Matrix(1, 1, 6 * 2.0 * 5.0));
    CHECK(evaluate(differentiate(Hv, {x})[x], values) == Matrix(1, 1, 6 * 5.0));
    CHECK(evaluate(differentiate(Hv, {v})[v], values) == Matrix(1, 1, 6 * 2.0));
}

TEST_CASE("hessian_vector_product: of a linear loss is zeros") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 3});
    const std::vector<Expr> variables{x};
    const std::vector<Seed> direction{{x, graph.constant(1.0, {2, 3})}};
    const auto Hv = hessian_vector_product(sum(x), variables, direction);
    CHECK(evaluate(Hv.front(), {}) == Matrix(2, 3));
}

TEST_CASE("hessian_vector_product: a variable that the loss does not depend on is named") {
    QuadraticForm q;
    const int line = __LINE__ + 1;
    const Expr unused = q.graph.parameter("unused", {2, 1});
    const std::vector<Expr> variables{unused};
    const std::string loss = q.graph.describe(q.loss.id);
    CHECK(message_of<DerivativeError>([&] {
              hessian_vector_product(q.loss, variables, q.direction);
          }) == fmt::format("differentiate: the loss does not depend on unused [2 x 1], made at "
                            "hessian_vector_product_test.cpp:{}\n"
                            "  loss is {}\n"
                            "  pass Unreachable::zeros to get a gradient of zeros",
                            line, loss));
    const auto zeros = hessian_vector_product(q.loss, variables, q.direction, Unreachable::zeros);
    CHECK(evaluate(zeros.front(), {}) == Matrix(2, 1));
}

TEST_CASE("hessian_vector_product: a loss that is no number proposes sum") {
    QuadraticForm q;
    const int line = __LINE__ + 1;
    const Expr y = tanh(q.x).named("y");
    CHECK(message_of<ShapeError>([&] { hessian_vector_product(y, q.variables, q.direction); }) ==
          fmt::format("differentiate: the loss must be [1 x 1]\n"
                      "  loss is y [3 x 1], made at hessian_vector_product_test.cpp:{}\n"
                      "  use sum(...) to make one number of it",
                      line));
}

TEST_CASE("hessian_vector_product: a direction of the wrong shape names variable and tangent") {
    QuadraticForm q;
    const int line = __LINE__ + 1;
    const Expr flat = q.graph.input("flat", {1, 3});
    const std::vector<Seed> direction{{q.x, flat}};
    const std::string variable = q.graph.describe(q.x.id);
    CHECK(message_of<ShapeError>([&] { hessian_vector_product(q.loss, q.variables, direction); }) ==
          fmt::format("pushforward: a tangent must have its variable's shape\n"
                      "  variable is {}\n"
                      "  tangent is flat [1 x 3], made at hessian_vector_product_test.cpp:{}",
                      variable, line));
}

TEST_CASE("hessian_vector_product: an empty loss, variable, seed or tangent is refused") {
    QuadraticForm q;
    const std::vector<Expr> empty{Expr{}};
    const std::vector<Seed> no_variable{{Expr{}, q.v}}, no_tangent{{q.x, Expr{}}};
    const std::string text = "hessian_vector_product: an expression is empty";
    CHECK(message_of<GraphError>(
              [&] { hessian_vector_product(Expr{}, q.variables, q.direction); }) == text);
    CHECK(message_of<GraphError>([&] { hessian_vector_product(q.loss, empty, q.direction); }) ==
          text);
    CHECK(message_of<GraphError>(
              [&] { hessian_vector_product(q.loss, q.variables, no_variable); }) == text);
    CHECK(message_of<GraphError>(
              [&] { hessian_vector_product(q.loss, q.variables, no_tangent); }) == text);
}

TEST_CASE("hessian_vector_product: a direction in another graph is refused") {
    QuadraticForm q;
    Graph other;
    const int line = __LINE__ + 1;
    const Expr v = other.input("v", {3, 1});
    const std::vector<Seed> direction{{q.x, v}};
    const std::string loss = q.graph.describe(q.loss.id);
    CHECK(message_of<GraphError>([&] { hessian_vector_product(q.loss, q.variables, direction); }) ==
          fmt::format("hessian_vector_product: expressions must belong to one graph\n"
                      "  one is {}\n"
                      "  another is v [3 x 1], made at hessian_vector_product_test.cpp:{}",
                      loss, line));
}
