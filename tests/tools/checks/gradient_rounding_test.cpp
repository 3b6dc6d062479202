// Gradients that are zero because large terms cancel: their rounding is no mistake, and what is
// more than that is one.

#include "tools/diagnosis/compared_cases.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <revolute/tools/checks/gradient_rounding.hpp>
#include <revolute/tools/checks/net_check.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

using namespace revolute;
using test::Ran;
using test::TemporaryFolder;

namespace {

/// A loss with variables, the first of which it does not depend on.
struct Idle {
    Graph graph;
    Bindings values;
    std::vector<Expr> variables;
    Expr loss;

    Expr add(const std::string& name, Matrix value) {
        variables.push_back(graph.parameter(name, value.shape()));
        values.bind(variables.back(), std::move(value));
        return variables.back();
    }
    GradientCheck check(double error = 0, CheckOptions options = {}) {
        if (error != 0) {
            const Derivative d = differentiate(loss, variables);
            options.gradients = evaluate(d.gradients(), values);
            options.gradients.front().values().front() += error;
        }
        return check_gradient(loss, variables, values, options);
    }
};

/// exp(s + a) / (exp(s) + exp(s + a)), which a common shift s leaves as it is.
void shift(Idle& of, double s, double a) {
    const Expr by = of.add("s", Matrix(1, 1, s)), x = of.add("a", Matrix(1, 1, a));
    of.loss = square(exp(by + x) / (exp(by) + exp(by + x)));
}

/// Layer normalisation, which a common factor leaves as it is.
void factor(Idle& of, double k, double a) {
    const Expr by = of.add("k", Matrix(1, 1, k));
    const Expr x = of.add("a", Matrix(3, 1, {a, -0.1, 0.2}));
    const Expr weights = of.graph.input("w", {3, 1});
    of.values.bind(weights, Matrix(3, 1, {0.1, 0.2, 0.3}));
    const Expr z = multiply(by, x);
    const Expr centred = z - broadcast_rows((1.0 / 3) * column_sums(z), 3);
    const Expr deviation = sqrt((1.0 / 3) * column_sums(square(centred)));
    of.loss = sum(tanh(hadamard(weights, centred / broadcast_rows(deviation, 3))));
}

/// A gate's stabiliser, exp(i - m) over itself plus exp(f - m), under a large bias.
void stabiliser(Idle& of, double bias, double a) {
    const Expr by = of.add("b", Matrix(1, 1, bias)), x = of.add("a", Matrix(1, 1, a));
    const Expr i = 0.7 * x + by, f = 0.3 * x + by, m = maximum(i, f);
    of.loss = square(tanh(exp(i - m) / (exp(i - m) + exp(f - m))));
}

/// Scores that are all moved alike, before their softmax.
void scores(Idle& of, double by, double a) {
    const Expr s = of.add("s", Matrix(1, 1, by)), x = of.add("a", Matrix(4, 1, {a, -0.1, 0.2, 3}));
    const Expr weights = of.graph.input("w", {4, 1});
    of.values.bind(weights, Matrix(4, 1, {0.1, 0.2, 0.3, -7}));
    of.loss = sum(hadamard(weights, softmax(tanh(x) + multiply(s, constant_like(x, 1)))));
}

/// A product of matrices whose errors are each other's negatives.
void opposite(Idle& of, double by, double a) {
    const Expr w = of.add("w", Matrix(1, 1, by)), v = of.add("v", Matrix(2, 1, a));
    const Expr y = matmul(v, tanh(w)), target = of.graph.input("y", {2, 1});
    const double answer = a * std::tanh(by);
    of.values.bind(target, Matrix(2, 1, {answer + 0.3, answer - 0.3}));
    of.loss = sum(square(y - target));
}

/// Answers that are met exactly but for rounding: every gradient is zero.
void perfect(Idle& of, double by, double a) {
    const Expr w = of.add("w", Matrix(1, 1, by)), v = of.add("v", Matrix(1, 1, a));
    const Expr target = of.graph.input("y", {1, 1});
    of.values.bind(target, Matrix(1, 1, (a / 3 * std::tanh(by)) * 3));
    of.loss = square(hadamard(v, tanh(w)) - target);
}

using Build = void (*)(Idle&, double, double);
constexpr std::array<Build, 6> builds{shift, factor, stabiliser, scores, opposite, perfect};

/// The case of zero_sum.json: one step, three columns whose errors add up to zero.
Case zero_sum() { return read_case(std::string(REVOLUTE_TEST_DATA) + "/zero_sum.json"); }

/// Zeros for the gradients of parameters, and one of them off by `error`.
CaseResult zeros_of(const Case& of, double error) {
    CaseResult given = solve(of);
    for (NamedArray& array : given.grads) std::ranges::fill(array.value.values(), 0.0);
    given.grads.front().value.values().front() = error;
    return given;
}

}  // namespace

TEST_CASE("check_gradient: a gradient that is zero but for rounding does not differ") {
    for (const Build build : builds)
        for (const double by : {0.1, 0.3, 1.0, 3.3, 20.0, 100.0})
            for (const double a : {0.3, -0.7, 1.0, 0.11}) {
                CAPTURE(by);
                CAPTURE(a);
                Idle net;
                build(net, by, a);
                const GradientCheck check = net.check();
                CHECK(check.passes());
                CHECK(check.variables[0].rounding <= 1e-10);
                for (const VariableCheck& variable : check.variables)
                    CHECK(variable.forward_mode_agrees);
            }
}

TEST_CASE("check_gradient: what is more than rounding is found where zero is right") {
    for (const Build build : builds)
        for (const double by : {0.3, 0.7, 2.0})
            for (const double error : {1e-6, -1e-3, 0.1}) {
                CAPTURE(by);
                CAPTURE(error);
                Idle net;
                build(net, by, 0.3);
                CHECK_FALSE(net.check(error).passes());
            }
}

TEST_CASE("check_gradient: beside forward mode, what is a thousand times the rounding is found") {
    CheckOptions options;
    options.with_differences = false;
    for (const Build build : builds) {
        Idle net;
        build(net, 0.3, 0.3);
        CHECK_FALSE(net.check(1e-11, options).passes());
    }
}

TEST_CASE(
    "closed form: a difference up to rounding agrees where zero is right, and no larger one") {
    ClosedFormComparison comparison = beside_closed_form(Matrix(1, 1, 5.6e-17), Matrix(1, 1));
    CHECK_FALSE(comparison.agrees());
    comparison.rounding = 1e-16;
    CHECK(comparison.agrees());
    comparison.rounding = 1e-17;
    CHECK_FALSE(comparison.agrees());
}

TEST_CASE("rounding_floors: they are of the size of the terms that cancel") {
    Graph graph;
    const Expr a = graph.parameter("a", {1, 3}), b = graph.parameter("b", {1, 3});
    const Expr zero = sum(hadamard(a, b)) - sum(hadamard(b, a)), large = sum(1e6 * (a - b));
    const Expr exact = sum(a - a);
    Bindings values;
    values.bind(a, Matrix(1, 3, {0.1, 0.2, 0.3})).bind(b, Matrix(1, 3, {0.4, -0.1, 0.7}));
    const std::vector<double> floors =
        rounding_floors(std::array{zero, large, exact}, std::array{a, b}, values);
    CHECK(floors[0] <= 1e-14);
    CHECK(floors[1] > 1e-10);
    CHECK(floors[1] < 1e-7);
    CHECK(floors[2] == 0);
}

TEST_CASE("rounding_floors: whole numbers that may be indices stay") {
    Graph graph;
    const Expr table = graph.parameter("E", {2, 3}), i = graph.input("i", {1, 1});
    Bindings values;
    values.bind(table, Matrix(2, 3, 0.1)).bind(i, Matrix(1, 1, 2.0));
    const double floor =
        rounding_floors(std::array{sum(gather_columns(table, i))}, std::array{table}, values)[0];
    CHECK(floor > 0);
    CHECK(floor < 1e-13);
}

TEST_CASE("rounding_floors: where single precision overflows they are those of double") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1}), y = graph.parameter("y", {1, 1});
    Bindings values;
    values.bind(x, Matrix(1, 1, 1e200)).bind(y, Matrix(1, 1, 710));
    const std::vector<double> floors =
        rounding_floors(std::array{x, exp(y)}, std::array{x, y}, values);
    CHECK(floors[0] > 1e184);
    CHECK(floors[0] < 1e187);
    CHECK(floors[1] == 0);  // beyond double too
}

TEST_CASE("compare: who has 0 where errors add up to zero is right, and who has more is not") {
    const Case of = zero_sum();
    CHECK(compare_gradients(of, zeros_of(of, 0), 1e-10).agrees());
    CHECK(compare_gradients(of, zeros_of(of, 1e-17), 1e-10).agrees());
    for (const double error : {1e-12, -1e-9, 1e-3})
        CHECK_FALSE(compare_gradients(of, zeros_of(of, error), 1e-10).agrees());
}

TEST_CASE("compare: who has 0 where the answers are met but for rounding is right") {
    for (const char* name : test::nets) {
        CAPTURE(name);
        Case of = test::small_case(name);
        of.targets = solve(of).yhat;
        for (Matrix& target : of.targets)
            for (double& y : target.values()) y = y / 3 * 3 * (1 + 1e-16);
        CaseResult given = solve(of);
        test::change_all(given, [](double value) { return std::abs(value) < 1e-15 ? 0 : value; });
        CHECK(compare_gradients(of, given, 1e-10).agrees());
        given.grads.front().value.values().front() = 1e-11;
        CHECK_FALSE(compare_gradients(of, given, 1e-10).agrees());
    }
}

TEST_CASE("grad: expected zeros where errors add up to zero agree, and others do not") {
    const Case of = zero_sum();
    const TemporaryFolder folder;
    const std::string text = read_file(std::string(REVOLUTE_TEST_DATA) + "/zero_sum.json");
    for (const double error : {0.0, 1e-12}) {
        CAPTURE(error);
        const std::string expected = to_json(zeros_of(of, error), of);
        write_file(folder / "case.json", fmt::format("{}, \"expected\": {}}}",
                                                     text.substr(0, text.rfind('}')), expected));
        const Ran ran = test::run_program("grad case.json", folder);
        CHECK((ran.status == 0) == (error == 0));
    }
}

TEST_CASE(
    "check_gradient: by hand, a softmax next to 1 has the error 0, and that does not differ") {
    for (const double by : {10.0, 30.0, 36.0, 38.0, 45.0})
        for (const double factor : {1.0, 2.0}) {
            if (factor != 1 && by > 20) continue;  // not to be seen in doubles
            CAPTURE(by);
            CAPTURE(factor);
            Graph graph;
            const Expr z = graph.parameter("z", {2, 1}), right = graph.input("class", {1, 1});
            Bindings values;
            values.bind(z, Matrix(2, 1, {by, 0.0}));
            values.bind(right, Matrix(1, 1, 0.0));
            const double other = std::exp(-by), p = 1 / (1 + other);
            const Matrix by_hand(2, 1, {factor * (p - 1), factor * other / (1 + other)});
            CheckOptions options;
            options.gradients = {by_hand};
            const Expr loss = softmax_cross_entropy(z, right);
            CHECK(check_gradient(loss, {z}, values, options).passes() == (factor == 1));
        }
}

TEST_CASE("check_gradient: zeros agree where forward mode has zeros, and what is small does not") {
    for (const double size : {0.0, 1e-30}) {
        CAPTURE(size);
        Idle net;
        const Expr U = net.add("U", Matrix(2, 2, {0.1, 0.2, 0.3, 0.4}));
        const Expr h = net.graph.input("h", {2, 1});
        net.values.bind(h, Matrix(2, 1, size));
        net.loss = sum(square(tanh(U * h) - 1.0));
        const GradientCheck check = net.check();
        CHECK(check.verdict() == (size == 0 ? Verdict::agrees : Verdict::too_small));
        CHECK(check.variables.front().differences.verdict == Verdict::too_small);
    }
}
