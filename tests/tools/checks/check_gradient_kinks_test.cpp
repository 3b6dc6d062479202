// What the gradient check says at kinks, near them, and where there is none.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/check_gradient.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace revolute;

namespace {

/// A function of one number with a kink at 0, slopes of size one, and curvature on the one side.
struct Kinked {
    const char* name;
    Expr (*of)(Expr);
    bool takes_mean = false;  ///< what its rule takes for the slope at 0 is the mean of both sides
};

Expr constant(Expr x, double value) { return x.graph->constant(value, x.shape()); }

constexpr std::array kinked_functions{
    Kinked{"relu", [](Expr x) { return relu(x); }},
    Kinked{"leaky relu", [](Expr x) { return leaky_relu(x, 0.1); }},
    Kinked{"abs", [](Expr x) { return abs(x); }, true},
    Kinked{"elu", [](Expr x) { return elu(x, 0.5); }},
    Kinked{"maximum", [](Expr x) { return maximum(x, sin(-2.0 * x)); }},
    Kinked{"minimum", [](Expr x) { return minimum(0.5 * x, x); }},
    Kinked{"clamp", [](Expr x) { return clamp(x, 0.0, 1.0); }},
    Kinked{"mae", [](Expr x) { return mae(x, constant(x, 0.0)); }, true},
    Kinked{"column max",
           [](Expr x) {
               return column_max(stack_rows({x, 3.0 * x}));
           }},
    Kinked{"in a curve", [](Expr x) { return exp(sin(relu(x + 0.3 * square(x)))); }},
    Kinked{"two at once", [](Expr x) { return relu(x) - 1.5 * relu(-x); }},
    Kinked{"two apart", [](Expr x) { return relu(x) + 0.5 * abs(x - 1e-9); }},
};

/// The verdict on the engine's gradient at x = at, or on another one, along with a smooth term.
Verdict verdict_at(const Kinked& function, double at, double factor = 1.0, double term = 0.0) {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    const Expr loss = function.of(x) + 0.3 * sin(x + 0.5);
    Bindings values;
    values.bind(x, Matrix(1, 1, at));
    const Expr gradient = differentiate(loss, {x})[x];
    CheckOptions options;
    options.gradients = {Matrix(1, 1, factor * evaluate(gradient, values)(0, 0) + term)};
    const GradientCheck check = check_gradient(loss, {x}, values, options);
    CHECK(check.passes() == (check.verdict() != Verdict::differs));
    return check.verdict();
}

}  // namespace

TEST_CASE("kinks: within 1e-9 of one, a correct gradient is too close to tell") {
    for (const Kinked& function : kinked_functions)
        for (const double at : {-1e-9, -1e-12, 0.0, 1e-15, 1e-9}) {
            CAPTURE(std::string(function.name));
            CAPTURE(at);
            const bool is_met = at == 0.0 && function.takes_mean;
            CHECK(in_words(verdict_at(function, at)) ==
                  (is_met ? "agrees" : "too close to a kink to tell"));
        }
}

TEST_CASE("kinks: a correct gradient never differs, however close the kink") {
    for (const Kinked& function : kinked_functions)
        for (double distance = 1e-12; distance < 0.2; distance *= 1.7)
            for (const double at : {-distance, distance}) {
                CAPTURE(std::string(function.name));
                CAPTURE(at);
                const Verdict verdict = verdict_at(function, at);
                CHECK(verdict != Verdict::differs);
                // The finest step, 1e-6, does not reach it; curved sides agree at that step.
                if (distance > 2e-6) CHECK(verdict == Verdict::agrees);
            }
}

TEST_CASE(
    "kinks: one at nine tenths of the finest step, whose gap falls as curvature's does, is seen") {
    for (const double distance : {8.7e-7, 8.9e-7, 9.1e-7, 9.3e-7, 9.7e-7}) {
        CAPTURE(distance);
        CHECK(verdict_at(kinked_functions[0], distance) == Verdict::kink);
        CHECK(verdict_at(kinked_functions[0], -distance) == Verdict::kink);
    }
}

TEST_CASE("kinks: rounding at the finest steps does not hide one") {
    const Kinked large{"large", [](Expr x) { return 1e8 + relu(x); }};
    for (const double at : {-1e-9, 0.0, 1e-9}) CHECK(verdict_at(large, at) == Verdict::kink);
}

TEST_CASE("kinks: a wrong gradient away from the kink is no kink's fault") {
    for (const Kinked& function : kinked_functions)
        for (double distance = 2e-6; distance < 0.2; distance *= 3)
            for (const double at : {-distance, distance}) {
                CAPTURE(std::string(function.name));
                CAPTURE(at);
                CHECK(verdict_at(function, at, -1.0) == Verdict::differs);
                CHECK(verdict_at(function, at, 0.5) == Verdict::differs);
                CHECK(verdict_at(function, at, 1.0, 1e-5) == Verdict::differs);
                CHECK(verdict_at(function, at, 1.0, -1e-5) == Verdict::differs);
            }
}

TEST_CASE("kinks: a gradient outside of both slopes differs even at the kink") {
    for (const double at : {-1e-9, 0.0, 1e-9}) {
        CAPTURE(at);
        CHECK(verdict_at(kinked_functions[0], at, 1.0, -2.0) == Verdict::differs);
        CHECK(verdict_at(kinked_functions[0], at, 1.0, 5.0) == Verdict::differs);
        CHECK(verdict_at(kinked_functions[2], at, 3.0, 4.0) == Verdict::differs);
    }
}

TEST_CASE("kinks: a net of relu units at rest, all of them at their corners, is not called wrong") {
    Graph graph;
    const Expr h = graph.parameter("h", {3, 1}), U = graph.parameter("U", {4, 3});
    const Expr V = graph.parameter("V", {1, 4}), Y = graph.input("Y", {1, 1});
    const Expr loss = mse(V * relu(U * h), Y);
    Bindings values;
    values.bind(h, Matrix(3, 1));  // so that relu takes 0 for every slope, and dL/dh is 0
    values.bind(U, Matrix(4, 3, {0.3, -0.5, 0.8, 0.2, 0.7, 0.1, -0.9, 0.4, -0.6, 0.5, 0.2, -0.1}));
    values.bind(V, Matrix(1, 4, {0.5, 0.3, 0.9, 0.4}));
    values.bind(Y, Matrix(1, 1, 1.0));
    const GradientCheck check = check_gradient(loss, {h, U, V}, values);
    CHECK(check.variables[0].gradient == Matrix(3, 1));
    CHECK(check.variables[0].verdict() == Verdict::kink);
    CHECK(check.passes());
}

TEST_CASE("kinks: a small one does not excuse a large miss") {
    const Kinked small{"small", [](Expr x) { return 2.0 * x + 1e-3 * relu(x); }};
    for (const double at : {-1e-9, 0.0, 1e-9}) {
        CAPTURE(at);
        CHECK(verdict_at(small, at) == Verdict::kink);
        CHECK(verdict_at(small, at, 0.5) == Verdict::differs);
    }
}

TEST_CASE("kinks: a smooth loss has none, straight, curved or bent sharply") {
    const std::array smooth{
        Kinked{"straight", [](Expr x) { return 2.0 * x; }},
        Kinked{"curved", [](Expr x) { return 5.0 * square(x); }},
        Kinked{"inflected", [](Expr x) { return sin(3.0 * x); }},
        Kinked{"bent", [](Expr x) { return 1e-3 * softplus(1e3 * x); }},
        Kinked{"large", [](Expr x) { return 1e6 + 5.0 * square(x); }},
    };
    for (const Kinked& function : smooth)
        for (const double at : {-0.1, -1e-3, -1e-9, 0.0, 1e-9, 1e-4, 0.3}) {
            CAPTURE(std::string(function.name));
            CAPTURE(at);
            CHECK(verdict_at(function, at) == Verdict::agrees);
            CHECK(verdict_at(function, at, -1.0) == Verdict::differs);
            CHECK(verdict_at(function, at, 0.9) == Verdict::differs);
            // A large loss is known to 20 eps 1e6 / 1e-2, 5e-7, at best.
            CHECK(verdict_at(function, at, 1.0, 1e-4) == Verdict::differs);
        }
}

TEST_CASE("kinks: a bend sharper than the finest step cannot be told from one") {
    // The finest step, 1e-6, is a tenth of the bend's width.
    const Kinked bent{"bend", [](Expr x) { return 1e-5 * softplus(1e5 * x); }};
    for (const double at : {-2e-5, -1e-5, 1e-5, 2e-5}) {
        CAPTURE(at);
        CHECK(verdict_at(bent, at) == Verdict::kink);
        CHECK(verdict_at(bent, at, -1.0) == Verdict::differs);
        CHECK(verdict_at(bent, at, 0.9) == Verdict::differs);
    }
}

TEST_CASE(
    "kinks: the seam of huber, where the slope has a kink, is too close to tell within a step") {
    const Kinked seam{"huber", [](Expr x) { return huber(x + 1.0, constant(x, 0.0)); }};
    for (const double at : {-1e-9, 0.0, 1e-9}) {
        CAPTURE(at);
        CHECK(verdict_at(seam, at) == Verdict::kink);
        CHECK(verdict_at(seam, at, -1.0) == Verdict::differs);
        CHECK(verdict_at(seam, at, 1.0, 1e-4) == Verdict::differs);
    }
    for (const double at : {-1e-2, -1e-4, 1e-5, 1e-3})
        CHECK(verdict_at(seam, at) == Verdict::agrees);
}

TEST_CASE("kinks: both slopes of the worst entry are told, and other entries keep their verdict") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const Expr loss = sum(abs(x)) + 0.5 * sum(square(x));
    Bindings values;
    values.bind(x, Matrix(2, 1, {0.4, 1e-10}));
    const DifferenceCheck right = check_gradient(loss, {x}, values).variables[0].differences;
    CHECK(right.verdict == Verdict::kink);
    CHECK(right.worst.entry == Entry{1, 0});
    CHECK(right.worst.sweep.back().backward == doctest::Approx(-1.0).epsilon(1e-3));
    CHECK(right.worst.sweep.back().forward == doctest::Approx(1.0).epsilon(1e-3));
    // A wrong entry beside the one at the kink is the graver finding.
    CheckOptions options;
    options.gradients = {Matrix(2, 1, {1.3, 1.0})};
    const DifferenceCheck wrong =
        check_gradient(loss, {x}, values, options).variables[0].differences;
    CHECK(wrong.verdict == Verdict::differs);
    CHECK(wrong.worst.entry == Entry{0, 0});
}
