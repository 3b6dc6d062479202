// Gradients of gradients, to the fourth order, beside calculus.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace revolute;

namespace {

/// A function of one number and its derivatives of order 1 to 4 at `at`.
struct Function {
    const char* name;
    Expr (*of)(Expr x);
    double at;
    std::vector<double> derivatives;
};

std::vector<Function> functions() {
    const double x = 0.6, t = std::tanh(x), s = 1 - t * t, e = std::exp(x * x);
    return {
        {"x^7",
         [](Expr a) { return power(a, 7); },
         x,
         {7 * std::pow(x, 6), 42 * std::pow(x, 5), 210 * std::pow(x, 4), 840 * std::pow(x, 3)}},
        {"x x x x x",
         [](Expr a) { return a * a * a * a * a; },
         x,
         {5 * std::pow(x, 4), 20 * std::pow(x, 3), 60 * x * x, 120 * x}},
        {"sin 2x",
         [](Expr a) { return sin(2.0 * a); },
         x,
         {2 * std::cos(2 * x), -4 * std::sin(2 * x), -8 * std::cos(2 * x), 16 * std::sin(2 * x)}},
        {"tanh x",
         [](Expr a) { return tanh(a); },
         x,
         {s, -2 * t * s, s * (6 * t * t - 2), 8 * t * (2 - 3 * t * t) * s}},
        {"exp(x o x)",
         [](Expr a) { return exp(hadamard(a, a)); },
         x,
         {2 * x * e, (4 * x * x + 2) * e, (8 * x * x * x + 12 * x) * e,
          (16 * std::pow(x, 4) + 48 * x * x + 12) * e}},
        {"log x",
         [](Expr a) { return log(a); },
         x,
         {1 / x, -1 / (x * x), 2 / std::pow(x, 3), -6 / std::pow(x, 4)}},
        {"1 / x",
         [](Expr a) { return 1.0 / a; },
         x,
         {-1 / (x * x), 2 / std::pow(x, 3), -6 / std::pow(x, 4), 24 / std::pow(x, 5)}},
    };
}

}  // namespace

TEST_CASE("higher derivatives: orders one to four are those of calculus") {
    for (const Function& f : functions()) {
        CAPTURE(f.name);
        Graph graph;
        const Expr x = graph.parameter("x", {1, 1});
        const Bindings values = Bindings().bind(x, Matrix(1, 1, f.at));
        Expr y = f.of(x);
        for (const double expected : f.derivatives) {
            y = differentiate(y, {x})[x];
            // Sums of a few dozen products, of terms up to ten times the sum.
            CHECK(evaluate(y, values)(0, 0) == doctest::Approx(expected).epsilon(1e-13));
        }
    }
}

TEST_CASE("higher derivatives: terms of every order sum to the adjoint, in order") {
    for (const Function& f : functions()) {
        CAPTURE(f.name);
        Graph graph;
        const Expr x = graph.parameter("x", {1, 1});
        const Bindings values = Bindings().bind(x, Matrix(1, 1, f.at));
        Expr y = f.of(x);
        for (std::size_t order = 1; order <= 4; ++order) {
            CAPTURE(order);
            const Derivative d = differentiate(y, {x});
            double total = 0;
            for (const Term& term : d.terms(x)) {
                CHECK(graph.operand(term.consumer.id, term.slot) == x.id);
                total += evaluate(term.value, values)(0, 0);
            }
            CHECK_FALSE(d.terms(x).empty());
            CHECK(evaluate(d[x], values)(0, 0) == total);
            y = d[x];
        }
    }
}

TEST_CASE("higher derivatives: mixed ones are those of calculus in every order of variables") {
    // f = x^2 y^3: d4f / dx dx dy dy = 12 y.
    const std::vector<std::vector<int>> orders{{0, 0, 1, 1}, {0, 1, 0, 1}, {0, 1, 1, 0},
                                               {1, 0, 0, 1}, {1, 0, 1, 0}, {1, 1, 0, 0}};
    for (const std::vector<int>& order : orders) {
        Graph graph;
        const Expr x = graph.parameter("x", {1, 1}), y = graph.parameter("y", {1, 1});
        Expr f = hadamard(square(x), hadamard(y, square(y)));
        for (const int variable : order) {
            const Expr z = variable == 0 ? x : y;
            f = differentiate(f, {z})[z];
        }
        const Bindings values = Bindings().bind(x, Matrix(1, 1, 3.0)).bind(y, Matrix(1, 1, 0.5));
        CHECK(evaluate(f, values) == Matrix(1, 1, 6.0));
    }
}

TEST_CASE("higher derivatives: of a matrix are entry by entry those of a sum") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 3});
    Expr g = sum(hadamard(square(x), square(x)));
    for (int order = 1; order <= 3; ++order) g = sum(differentiate(g, {x})[x]);
    const Expr fourth = differentiate(g, {x})[x];
    CHECK(evaluate(fourth, Bindings().bind(x, Matrix(2, 3, 0.7))) == Matrix(2, 3, 24.0));
}

TEST_CASE("higher derivatives: a variable that is used up is an error, or zeros") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    const Expr first = differentiate(2.0 * x, {x})[x];
    CHECK_THROWS_AS(differentiate(first, {x}), DerivativeError);
    const Derivative zero = differentiate(first, {x}, Unreachable::zeros);
    CHECK(evaluate(zero[x], {}) == Matrix(1, 1));
    CHECK(zero.terms(x).empty());
}

TEST_CASE("higher derivatives: steps cut by sign count as unreachable") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const Expr h = sign(x), loss = sum(hadamard(h, square(h)));
    const Derivative d = differentiate(loss, {x}, Unreachable::zeros);
    CHECK(evaluate(d[x], {}) == Matrix(2, 1));
    CHECK_FALSE(d.has_adjoint(h));
    CHECK_THROWS_AS(differentiate(loss, {x}), DerivativeError);
}
