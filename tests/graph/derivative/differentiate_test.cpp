#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <support/bindings.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

using namespace revolute;

namespace {

double number(Expr x, const Bindings& values) { return evaluate(x, values)(0, 0); }

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// A 1 x 1 parameter x with a value, and f(x) to differentiate.
struct OneVariable {
    explicit OneVariable(double value) { values.bind(x, Matrix(1, 1, value)); }
    Graph graph;
    Expr x = graph.parameter("x", {1, 1});
    Bindings values;
};

}  // namespace

TEST_CASE("differentiate: x*x*x twice in one process gives the same bits") {
    const auto run = [] {
        OneVariable f(0.7);
        const Expr x = f.x;
        const Derivative d = differentiate(x * x * x, {x});
        return number(d[x], f.values);
    };
    const double first = run(), second = run();
    CHECK(same_bits(first, second));
    CHECK(first == doctest::Approx(3 * 0.7 * 0.7).epsilon(1e-15));
}

TEST_CASE("differentiate: x*x*x twice in one graph makes no new node the second time") {
    OneVariable f(0.7);
    const Expr y = f.x * f.x * f.x;
    const Derivative first = differentiate(y, {f.x});
    const std::uint32_t size = f.graph.size();
    const Derivative second = differentiate(y, {f.x});
    CHECK(f.graph.size() == size);
    CHECK(second[f.x] == first[f.x]);
}

TEST_CASE("differentiate: second and third derivatives of tanh are those of calculus") {
    OneVariable f(0.3);
    const Expr y = tanh(f.x);
    const Expr first = differentiate(y, {f.x})[f.x];
    const Expr second = differentiate(first, {f.x})[f.x];
    const Expr third = differentiate(second, {f.x})[f.x];
    const double t = std::tanh(0.3), slope = 1 - t * t;
    // A few roundings of numbers of order one.
    CHECK(number(first, f.values) == doctest::Approx(slope).epsilon(1e-14));
    CHECK(number(second, f.values) == doctest::Approx(-2 * t * slope).epsilon(1e-14));
    CHECK(number(third, f.values) == doctest::Approx(slope * (6 * t * t - 2)).epsilon(1e-14));
}

TEST_CASE("differentiate: the third derivative of x*x*x is six at any x") {
    OneVariable f(1.7);
    Expr y = f.x * f.x * f.x;
    for (int order = 0; order < 3; ++order) y = differentiate(y, {f.x})[f.x];
    CHECK(number(y, f.values) == 6.0);
}

TEST_CASE("differentiate: a loop over the gradients of a derivative that goes reads them") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1}), y = graph.input("y", {1, 1});
    const Expr loss = hadamard(x, y);
    std::vector<Expr> found, variables;
    for (const Expr& gradient : differentiate(loss, {x, y}).gradients()) found.push_back(gradient);
    for (const Expr& variable : differentiate(loss, {x, y}).variables())
        variables.push_back(variable);
    const Derivative d = differentiate(loss, {x, y});
    CHECK(found == std::vector{d[x], d[y]});
    CHECK(variables == std::vector{x, y});
}

TEST_CASE("differentiate: the gradient of the loss itself is one") {
    OneVariable f(0.3);
    const Expr y = tanh(f.x);
    CHECK(evaluate(differentiate(y, {y})[y], f.values) == Matrix(1, 1, 1.0));
}

TEST_CASE("differentiate: a gradient has its variable's shape") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 3}), x = graph.input("x", {3, 5});
    const Derivative d = differentiate(sum(tanh(W * x)), {W, x});
    CHECK(d[W].shape() == Shape{2, 3});
    CHECK(d[x].shape() == Shape{3, 5});
}

TEST_CASE("differentiate: an operand used twice by one node gets a term for each use") {
    OneVariable f(0.7);
    const Expr y = hadamard(f.x, f.x);
    const Derivative d = differentiate(y, {f.x});
    const std::vector<Term> terms = d.terms(f.x);
    REQUIRE(terms.size() == 2);
    CHECK(terms[0].consumer == y);
    CHECK(terms[0].slot == 0);
    CHECK(terms[1].consumer == y);
    CHECK(terms[1].slot == 1);
    CHECK(number(d[f.x], f.values) == 1.4);
}

TEST_CASE("differentiate: a variable between leaf and loss is differentiated to") {
    OneVariable f(0.3);
    const Expr h = tanh(f.x);
    const Expr y = square(h);
    const Derivative d = differentiate(y, {h});
    CHECK(number(d[h], f.values) == 2 * std::tanh(0.3));
    CHECK_FALSE(d.has_adjoint(f.x));
}

TEST_CASE("differentiate: with leaf and inner node as variables the inner one is passed through") {
    OneVariable f(0.3);
    const Expr h = tanh(f.x);
    const Derivative both = differentiate(square(h), {f.x, h});
    const Derivative leaf = differentiate(square(h), {f.x});
    CHECK(both[f.x] == leaf[f.x]);
    CHECK(both[h] == leaf.adjoint(h));
}

TEST_CASE("differentiate: a variable given twice has one gradient twice") {
    OneVariable f(0.3);
    const Derivative d = differentiate(tanh(f.x), {f.x, f.x});
    REQUIRE(d.gradients().size() == 2);
    CHECK(d.gradients()[0] == d.gradients()[1]);
    CHECK(d[f.x] == d.gradients()[0]);
}

TEST_CASE("differentiate: gradients come in the order of the variables") {
    Graph graph;
    const Expr a = graph.parameter("a", {1, 1}), b = graph.parameter("b", {1, 1});
    const Expr y = hadamard(a, square(b));
    const Derivative d = differentiate(y, {b, a});
    REQUIRE(d.variables().size() == 2);
    CHECK(d.variables()[0] == b);
    CHECK(d.gradients()[0] == d[b]);
    CHECK(d.gradients()[1] == d[a]);
    CHECK(d.loss() == y);
}

TEST_CASE("differentiate: what no variable reaches gets no adjoint") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1}), x = graph.input("x", {1, 1});
    const Expr other = tanh(x);
    const Derivative d = differentiate(w * other, {w});
    CHECK(d.has_adjoint(w));
    CHECK_FALSE(d.has_adjoint(other));
    CHECK_FALSE(d.has_adjoint(x));
}

TEST_CASE("differentiate: nodes made after the loss do not matter") {
    OneVariable f(0.3);
    const Expr y = tanh(f.x);
    square(f.x);
    CHECK(differentiate(y, {f.x}).terms(f.x).size() == 1);
}

TEST_CASE("differentiate: an unreachable variable has a gradient of zeros when asked so") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), unused = graph.parameter("unused", {2, 3});
    const Derivative d = differentiate(tanh(x), {x, unused}, Unreachable::zeros);
    CHECK(evaluate(d[unused], {}) == Matrix(2, 3, 0.0));
    CHECK_FALSE(d.has_adjoint(unused));
    CHECK(d.terms(unused).empty());
}

TEST_CASE("differentiate: a variable made after the loss is unreachable") {
    OneVariable f(0.3);
    const Expr y = tanh(f.x);
    const Expr late = f.graph.parameter("late", {2, 1});
    const Derivative d = differentiate(y, {late}, Unreachable::zeros);
    CHECK(evaluate(d[late], {}) == Matrix(2, 1, 0.0));
}

TEST_CASE("differentiate: an operand that gives its shape only gets no term") {
    // broadcast_like(s, x): s in every entry of a matrix of x's shape.
    static constexpr Op like_op{
        .name = "broadcast_like",
        .arity = 2,
        .shape = [](const ShapeArguments& x) { return x[1]; },
        .evaluate =
            [](const Arguments& x, MatrixView y) {
                for (double& value : y.values()) value = x[0](0, 0);
            },
        .pullback = {[](const Pullback& p) { return sum(p.adjoint); }, shape_only}};
    Graph graph;
    const Expr s = graph.parameter("s", {1, 1}), x = graph.parameter("x", {2, 3});
    const Derivative d = differentiate(sum(apply(like_op, {s, x})), {s, x}, Unreachable::zeros);
    CHECK(evaluate(d[s], {}) == Matrix(1, 1, 6.0));
    CHECK(evaluate(d[x], {}) == Matrix(2, 3, 0.0));
}

TEST_CASE("differentiate: gradients extracted into a new graph have the same values") {
    for (std::uint32_t seed = 0; seed < 10; ++seed) {
        test::RandomGraph random(seed);
        const Derivative d = differentiate(random.loss(), random.leaves, Unreachable::zeros);
        Graph copy;
        const Extracted extracted = extract(d.gradients(), copy);
        const Bindings values =
            test::carried_over(random.bindings, random.graph, extracted.copies, copy);
        const std::vector<Matrix> expected = evaluate(d.gradients(), random.bindings);
        CHECK(evaluate(extracted.outputs, values) == expected);
    }
}

TEST_CASE("differentiate: gradients can be outputs beside the loss") {
    OneVariable f(0.3);
    const Expr y = tanh(f.x);
    const std::vector<Expr> outputs{y, differentiate(y, {f.x})[f.x]};
    const std::vector<Matrix> results = evaluate(outputs, f.values);
    const double t = std::tanh(0.3);
    CHECK(results[0](0, 0) == doctest::Approx(t).epsilon(1e-15));
    CHECK(results[1](0, 0) == doctest::Approx(1 - t * t).epsilon(1e-15));
}

TEST_CASE("differentiate: random graphs agree with central differences") {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        test::RandomGraph random(seed);
        const Expr loss = random.loss();
        const Derivative d = differentiate(loss, random.leaves, Unreachable::zeros);
        const std::vector<Matrix> gradients = evaluate(d.gradients(), random.bindings);
        constexpr double step = 1e-5;
        double slope = 0, scale = 0;
        Bindings ahead = random.bindings, behind = random.bindings;
        for (std::size_t i = 0; i < random.leaves.size(); ++i) {
            const Matrix direction = random.random.matrix(random.leaves[i].shape());
            Matrix forward = *random.bindings.find(random.leaves[i]), backward = forward;
            for (std::size_t k = 0; k < direction.size(); ++k) {
                forward.values()[k] += step * direction.values()[k];
                backward.values()[k] -= step * direction.values()[k];
                slope += gradients[i].values()[k] * direction.values()[k];
                scale += std::abs(gradients[i].values()[k]);
            }
            ahead.bind(random.leaves[i], forward);
            behind.bind(random.leaves[i], backward);
        }
        const double difference = (number(loss, ahead) - number(loss, behind)) / (2 * step);
        // The difference is off by step^2 times a third derivative (of the gradient's order or some
        // hundred times it) and by the rounding of the losses, eps |L| / step.
        CAPTURE(seed);
        CHECK(std::abs(slope - difference) <= 1e-7 * (1 + scale));
    }
}

TEST_CASE("differentiate: a deep chain needs no stack") {
    OneVariable f(1.0);
    Expr y = f.x;
    for (int i = 0; i < 200000; ++i) y = y + f.x;
    const Derivative d = differentiate(y, {f.x});
    CHECK(d.terms(f.x).size() == 200001);
    CHECK(number(d[f.x], f.values) == 200001.0);
}
