#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <support/cube.hpp>
#include <support/dot.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

using namespace revolute;
using test::dot;

TEST_CASE("pushforward: agrees with differentiate on random graphs") {
    int told = 0;
    for (std::uint32_t seed = 0; seed < 40; ++seed) {
        test::RandomGraph random(seed);
        const Expr loss = random.loss();
        const Derivative d = differentiate(loss, random.leaves, Unreachable::zeros);
        std::vector<Seed> seeds;
        Bindings values = random.bindings;
        for (const Expr& leaf : random.leaves) {
            seeds.push_back({leaf, random.graph.input("tangent", leaf.shape())});
            values.bind(seeds.back().tangent, random.random.matrix(leaf.shape()));
        }
        const Expr tangent = pushforward(std::span(&loss, 1), seeds).front();
        const std::vector<Matrix> gradients = evaluate(d.gradients(), values);
        double backward = 0, scale = 0;
        for (std::size_t i = 0; i < seeds.size(); ++i) {
            const double term = dot(gradients[i], *values.find(seeds[i].tangent));
            backward += term;
            scale += std::abs(term);
        }
        const double forward = evaluate(tangent, values)(0, 0);
        // Both are the same sum of products in another order: roundings of eps a product, some
        // hundreds of them, with cancellation up to a hundredfold.
        CAPTURE(seed);
        CHECK(std::abs(forward - backward) <= 1e-11 * (scale + std::abs(forward)));
        told += std::abs(forward) > 1e-3;
    }
    CHECK(told > 30);  // else the check above would say little
}

TEST_CASE("pushforward: <u, J v> equals <J' u, v> for an output that is no number") {
    test::RandomGraph random(5);
    const Expr y = random.nodes.back(), x = random.leaves[3];
    const Expr combined = y * transpose(y);
    const Expr u = random.graph.input("u", combined.shape());
    const Expr v = random.graph.input("v", x.shape());
    Bindings values = random.bindings;
    values.bind(u, random.random.matrix(u.shape())).bind(v, random.random.matrix(v.shape()));
    const Expr weighted = sum(hadamard(combined, u));
    const Derivative d = differentiate(weighted, {x}, Unreachable::zeros);
    const std::vector<Seed> seeds{{x, v}};
    const Expr tangent = pushforward(std::span(&combined, 1), seeds).front();
    const double forward = dot(evaluate(tangent, values), *values.find(u));
    const double backward = dot(evaluate(d[x], values), *values.find(v));
    CHECK(forward == doctest::Approx(backward).epsilon(1e-11));
}

TEST_CASE("pushforward: a second order product agrees both ways round") {
    // d/dx of (dL/dx . v) by reverse over forward and by forward over reverse.
    Graph graph;
    const Expr x = graph.parameter("x", {3, 1}), W = graph.parameter("W", {3, 3});
    const Expr v = graph.input("v", {3, 1});
    const Expr loss = sum(tanh(W * tanh(x)));
    test::Random random(3);
    const Bindings values = Bindings()
                                .bind(x, random.matrix({3, 1}))
                                .bind(W, random.matrix({3, 3}))
                                .bind(v, random.matrix({3, 1}));
    const std::vector<Seed> seeds{{x, v}};
    const Expr slope = pushforward(std::span(&loss, 1), seeds).front();
    const Matrix reverse_over_forward = evaluate(differentiate(slope, {x})[x], values);
    const Expr gradient = differentiate(loss, {x})[x];
    const Matrix forward_over_reverse =
        evaluate(pushforward(std::span(&gradient, 1), seeds).front(), values);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(reverse_over_forward.values()[i] ==
              doctest::Approx(forward_over_reverse.values()[i]).epsilon(1e-12));
}

TEST_CASE("pushforward: an output that no seed reaches has a tangent of zeros") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), other = graph.parameter("other", {2, 3});
    const std::vector<Expr> outputs{tanh(other), tanh(x)};
    const std::vector<Seed> seeds{{x, graph.constant(1.0)}};
    const std::vector<Expr> tangents = pushforward(outputs, seeds);
    REQUIRE(tangents.size() == 2);
    CHECK(evaluate(tangents[0], {}) == Matrix(2, 3, 0.0));
    CHECK(evaluate(tangents[1], Bindings().bind(x, Matrix(1, 1, 0.0)))(0, 0) == 1.0);
}

TEST_CASE("pushforward: without seeds every tangent is zero") {
    Graph graph;
    const std::vector<Expr> outputs{tanh(graph.parameter("x", {2, 1}))};
    CHECK(evaluate(pushforward(outputs, {}).front(), {}) == Matrix(2, 1, 0.0));
}

TEST_CASE("pushforward: a seeded output has its seed for a tangent") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), v = graph.input("v", {1, 1});
    const std::vector<Seed> seeds{{x, v}};
    CHECK(pushforward(std::span(&x, 1), seeds).front() == v);
}

TEST_CASE("pushforward: an operand used twice adds two terms") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    const Expr y = hadamard(x, x);
    const std::vector<Seed> seeds{{x, graph.constant(1.0)}};
    const Expr tangent = pushforward(std::span(&y, 1), seeds).front();
    CHECK(evaluate(tangent, Bindings().bind(x, Matrix(1, 1, 0.7)))(0, 0) == 1.4);
}

TEST_CASE("pushforward: a tangent has the step of its value") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    Expr y;
    {
        const Scope scope(graph, Step{0, 3});
        y = tanh(w * graph.input("x", {1, 1}));
    }
    const std::vector<Seed> seeds{{w, graph.constant(1.0)}};
    CHECK(pushforward(std::span(&y, 1), seeds).front().step() == Step{0, 3});
}

TEST_CASE("pushforward: an elementwise operator without a rule uses its pullback rule") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), v = graph.constant(0.5);
    const Expr y = apply(test::cube_op, {x});
    const std::vector<Seed> seeds{{x, v}};
    const Expr tangent = pushforward(std::span(&y, 1), seeds).front();
    CHECK(evaluate(tangent, Bindings().bind(x, Matrix(1, 1, 2.0)))(0, 0) == 6.0);
}

TEST_CASE("pushforward: a variable has one tangent") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.input("x", {1, 1});
    const std::vector<Expr> outputs{square(x)};
    const std::vector<Seed> twice{{x, x}, {x, x}};
    CHECK_THROWS_WITH_AS(pushforward(outputs, twice),
                         fmt::format("pushforward: a variable must have one tangent\n"
                                     "  variable is x [1 x 1], made at pushforward_test.cpp:{}",
                                     line)
                             .c_str(),
                         GraphError);
}
