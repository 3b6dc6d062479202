// check_gradient as users call it: what agrees, what differs and where, and what cannot be told.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

using namespace revolute;
using test::message_of;

namespace {

/// A loss of a vector x; the other factors are fixed.
struct OneLoss {
    using Function = std::function<Expr(Expr)>;

    OneLoss(const Function& f, const Matrix& at) : x(graph.parameter("x", at.shape())), loss(f(x)) {
        values.bind(x, at);
    }
    Matrix gradient() { return evaluate(differentiate(loss, {x})[x], values); }
    VariableCheck check(const CheckOptions& options = {}) {
        return check_gradient(loss, {x}, values, options).variables.front();
    }
    /// The check of a gradient that is brought.
    VariableCheck check(const Matrix& brought) {
        CheckOptions options;
        options.gradients = {brought};
        return check(options);
    }

    Graph graph;
    Expr x;
    Expr loss;
    Bindings values;
};

/// Smooth, with all derivatives of order one.
Expr smooth(Expr x) { return sum(hadamard(sin(x), tanh(0.7 * x))); }

Matrix random_values(Shape shape) { return Random(3).matrix(shape, 0.2, 1.8); }

}  // namespace

TEST_CASE("check_gradient: the engine's gradient of a smooth loss agrees from both sides") {
    OneLoss one(smooth, random_values({3, 2}));
    const std::uint32_t nodes = one.graph.size();
    const GradientCheck check = check_gradient(
        one.loss, {one.x}, one.values, {.differences = {.computed_by = ComputedBy::reference}});
    CHECK(one.graph.size() == nodes);  // the graph stays as it is
    CHECK(check.verdict() == Verdict::agrees);
    CHECK(check.passes());
    CHECK(check.no_forward_mode.empty());
    CHECK(check.loss == evaluate(one.loss, one.values)(0, 0));
    REQUIRE(check.variables.size() == 1);
    const VariableCheck& x = check.variables.front();
    CHECK(&check.worst() == &x);
    CHECK(x.name == "x");
    CHECK(x.shape == Shape{3, 2});
    CHECK(x.gradient == one.gradient());
    CHECK(x.forward_mode.value() <= 1e-15);
    CHECK(x.differences.entries == 6);
    CHECK(x.differences.directions == 6);
    const DirectionCheck& worst = x.differences.worst;
    REQUIRE(worst.entry);
    CHECK(worst.gradient == x.gradient(worst.entry->row, worst.entry->column));
    CHECK(worst.sweep.size() == 5);
    // The best step of a sweep by tens errs by 1e-10 or so: the cube root of eps, squared.
    CHECK(worst.relative_error() < 1e-9);
}

TEST_CASE("check_gradient: a wrong entry is located, with both values") {
    OneLoss one(smooth, random_values({3, 2}));
    const Matrix right = one.gradient();
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 2; ++column) {
            Matrix wrong = right;
            wrong(row, column) += 1e-5 * largest_entry(right);
            const VariableCheck x = one.check(wrong);
            CHECK(x.verdict() == Verdict::differs);
            const DirectionCheck& worst = x.differences.worst;
            CHECK(worst.verdict == Verdict::differs);
            CHECK(worst.entry == Entry{row, column});
            CHECK(worst.gradient == wrong(row, column));
            CHECK(worst.difference() == doctest::Approx(right(row, column)).epsilon(1e-9));
            CHECK(worst.relative_error() ==
                  doctest::Approx(std::abs(wrong(row, column) - right(row, column)) /
                                  std::abs(wrong(row, column)))
                      .epsilon(1e-3));
        }
}

TEST_CASE("check_gradient: a wrong entry among a thousand is found by halving") {
    OneLoss one(smooth, random_values({32, 33}));
    const Matrix right = one.gradient();
    for (const Entry entry : {Entry{31, 32}, Entry{17, 5}, Entry{1, 0}, Entry{0, 20}}) {
        Matrix wrong = right;
        // What differences of the whole sum, some 500, can tell: 20 eps 500 / 1e-4 is 2e-8.
        wrong(entry.row, entry.column) += 1e-5 * largest_entry(right);
        const VariableCheck x = one.check(wrong);
        CHECK(x.verdict() == Verdict::differs);
        CHECK(x.differences.entries == 24);
        CHECK(x.differences.worst.entry == entry);
    }
    CHECK(one.check(right).verdict() == Verdict::agrees);
}

TEST_CASE("check_gradient: a sign, a factor or a transpose that is wrong differs") {
    OneLoss one(smooth, random_values({3, 3}));
    const Matrix right = one.gradient();
    const auto changed = [&](const std::function<double(int, int)>& entry) {
        Matrix wrong(right.shape());
        for (int row = 0; row < 3; ++row)
            for (int column = 0; column < 3; ++column) wrong(row, column) = entry(row, column);
        return wrong;
    };
    CHECK(one.check(changed([&](int r, int c) { return -right(r, c); })).verdict() ==
          Verdict::differs);
    CHECK(one.check(changed([&](int r, int c) { return 0.5 * right(r, c); })).verdict() ==
          Verdict::differs);
    CHECK(one.check(changed([&](int r, int c) { return right(c, r); })).verdict() ==
          Verdict::differs);
    CHECK(one.check(changed([](int, int) { return 0.0; })).verdict() == Verdict::differs);
    CHECK(one.check(changed([](int, int) { return NAN; })).verdict() == Verdict::differs);
    CHECK(one.check(changed([](int, int) { return INFINITY; })).verdict() == Verdict::differs);
}

TEST_CASE("check_gradient: gradients that are brought are held to the tolerance of differences") {
    OneLoss one(smooth, random_values({2, 2}));
    Matrix rounded = one.gradient();
    rounded(0, 1) *= 1 + 1e-9;  // wrong in forward mode's eyes, to which 1e-12 would be allowed
    CHECK(one.check(rounded).verdict() == Verdict::agrees);
    CHECK(one.check(rounded).forward_mode.value() > 1e-11);
    CheckOptions strict;
    strict.gradients = {rounded};
    strict.differences.tolerance = 1e-10;
    CHECK(one.check(strict).verdict() == Verdict::differs);
}

TEST_CASE("check_gradient: the sweep is of the steps asked for") {
    OneLoss one(smooth, random_values({2, 2}));
    const VariableCheck x =
        one.check({.differences = {.largest_step = 1e-3, .smallest_step = 1e-5}});
    REQUIRE(x.differences.sweep.size() == 3);
    CHECK(x.differences.sweep[0].step == 1e-3);
    CHECK(x.differences.sweep[1].step == 1e-4);
    CHECK(x.differences.sweep[2].step == 1e-5);
    // Half a decade more does not make a step.
    CHECK(one.check({.differences = {.smallest_step = 4e-6}}).differences.sweep.size() == 4);
    CHECK(one.check({.differences = {.most_entries = 1}}).differences.directions == 2);
    CHECK(one.check({.with_differences = false}).differences.directions == 0);
    CHECK_FALSE(one.check({.with_forward_mode = false}).forward_mode);
}

TEST_CASE("check_gradient: a gradient below the rounding of the loss cannot be told") {
    const auto hidden = [](Expr x) { return 1e6 + 1e-12 * sum(x); };
    CHECK(OneLoss(hidden, random_values({2, 1})).check().verdict() == Verdict::too_small);
    // What is large enough to be seen is no excuse.
    OneLoss one(hidden, random_values({2, 1}));
    CHECK(one.check(Matrix(2, 1, 1.0)).verdict() == Verdict::differs);
    // Nor is a fine step, at which rounding hides all, when a coarse one has seen the miss.
    OneLoss large([](Expr x) { return 1e9 + sum(x); }, random_values({2, 1}));
    CHECK(large.check().verdict() == Verdict::agrees);
    for (const double wrong : {0.0, -1.0, 1.5})
        CHECK(large.check(Matrix(2, 1, wrong)).verdict() == Verdict::differs);
    // The coarse steps miss because the loss is curved, the fine ones see nothing.
    OneLoss curved([](Expr x) { return 1.0 + sum(power(x, 3.0)); }, Matrix(1, 1, 1e-6));
    CHECK(curved.check().verdict() == Verdict::too_small);
    CHECK(curved.check(Matrix(1, 1, 1e-3)).verdict() == Verdict::differs);
}

TEST_CASE("check_gradient: a miss that stays is found beside a loss that rounding makes coarse") {
    for (const double offset : {0.0, 1.0, 1e3, 1e6, 1e8}) {
        CAPTURE(offset);
        const auto beside = [offset](Expr x) { return smooth(x) + offset; };
        OneLoss one(beside, random_values({3, 2}));
        const Verdict right = one.check(one.gradient()).verdict();
        CHECK((right == Verdict::agrees || right == Verdict::too_small));
        for (const double factor : {2.0, -1.0, 0.5, 0.9, 0.99, 0.0}) {
            CAPTURE(factor);
            Matrix wrong = one.gradient();
            for (double& value : wrong.values()) value *= factor;
            CHECK(one.check(wrong).verdict() == Verdict::differs);
        }
    }
}

TEST_CASE("check_gradient: values so large that steps are rounded are no miss") {
    // At 1e8 numbers are 1.5e-8 apart: a step of 1e-4 is wrong by up to 1e-4 of it, one of 1e-2 by
    // 1e-6.
    OneLoss one([](Expr x) { return sum(sin(x)); }, Matrix(2, 1, {1e8, 1.23456789e8}));
    CHECK(one.check().verdict() == Verdict::agrees);
    Matrix wrong = one.gradient();
    wrong(1, 0) *= 1 + 1e-5;
    CHECK(one.check(wrong).verdict() == Verdict::differs);
}

TEST_CASE("check_gradient: a value that no step moves cannot be told, whatever its gradient") {
    const auto f = [](Expr x) { return sum(tanh(1e-20 * x)); };
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {1e20, -3e15, infinity}) {
        OneLoss one(f, Matrix(1, 1, value));
        const VariableCheck check = one.check({.with_forward_mode = false});
        CHECK(check.verdict() == Verdict::too_large);
        CHECK(check.differences.worst.sweep.empty());
        CHECK(check.differences.worst.steps_left_out == 5);
    }
    // One entry is enough: nothing is known of it.
    const VariableCheck check = OneLoss(f, Matrix(2, 1, {1e20, 1.5})).check();
    CHECK(check.verdict() == Verdict::too_large);
    CHECK(check.differences.worst.entry == Entry{0, 0});
    // What another entry shows is no less wrong.
    CHECK(OneLoss(f, Matrix(2, 1, {1e20, 1.5})).check(Matrix(2, 1, {0, 1})).verdict() ==
          Verdict::differs);
}

TEST_CASE("check_gradient: steps that a value cannot take are left out") {
    // At 1e12 numbers are 1.2e-4 apart.
    OneLoss one([](Expr x) { return sum(sin(x)); }, Matrix(1, 1, 1e12));
    const VariableCheck check = one.check();
    CHECK(check.verdict() == Verdict::agrees);
    CHECK(check.differences.worst.sweep.size() == 3);
    CHECK(check.differences.worst.steps_left_out == 2);
    CHECK(one.check(Matrix(1, 1, 1.1 * one.gradient()(0, 0))).verdict() == Verdict::differs);
}

TEST_CASE("check_gradient: a direction through large values is not blamed for their rounding") {
    // Forty entries, so that sixteen are moved along the random direction alone. At 1e9 numbers are
    // 1.2e-7 apart: each entry takes a step of 1e-4 with an error of its own, up to 6e-4 of it.
    Matrix at(40, 1);
    for (std::size_t i = 0; i < at.size(); ++i)
        at.values()[i] = 1e9 + 12345.678 * static_cast<double>(i);
    OneLoss one([](Expr x) { return sum(sin(x)); }, at);
    CHECK(one.check().verdict() == Verdict::agrees);
    Matrix wrong = one.gradient();
    wrong(17, 0) += 0.01;
    CHECK(one.check(wrong).verdict() == Verdict::differs);
}

TEST_CASE("check_gradient: a variable that the loss does not depend on has a gradient of zeros") {
    OneLoss one(smooth, random_values({2, 1}));
    const Expr unused = one.graph.parameter("unused", {1, 2});
    one.values.bind(unused, Matrix(1, 2, 1.0));
    const GradientCheck check = check_gradient(one.loss, {one.x, unused}, one.values);
    CHECK(check.variables[1].gradient == Matrix(1, 2));
    CHECK(check.variables[1].differences.worst.best.error == 0.0);
    CHECK(check.passes());
}

TEST_CASE("check_gradient: progress counts the probes of all variables") {
    Graph graph;
    const Expr x = graph.parameter("x", {3, 1}), y = graph.parameter("y", {2, 1});
    const Bindings values =
        Bindings().bind(x, Matrix(3, 1, {1, 2, 3})).bind(y, Matrix(2, 1, {4, 5}));
    std::vector<std::size_t> told;
    CheckOptions options;
    options.differences.most_entries = 2;  // of x two entries and a direction, of y two entries
    options.progress = [&](std::size_t done, std::size_t total) {
        CHECK(total == 5);
        told.push_back(done);
    };
    check_gradient(sum(square(x)) + sum(square(y)), {x, y}, values, options);
    CHECK(told == std::vector<std::size_t>{1, 2, 3, 4, 5});
}

TEST_CASE("check_gradient: wrong use is told of in full") {
    OneLoss one(smooth, Matrix(2, 1, 0.5));
    const auto message = [&](Expr loss, std::vector<Expr> wrt, const CheckOptions& options) {
        return message_of<Error>([&] { check_gradient(loss, wrt, one.values, options); });
    };
    CHECK(message(one.loss, {one.x}, {.differences = {.smallest_step = 0}}) ==
          "check_by_differences: steps must be positive and fall from the largest to the smallest "
          "(0.01 to 0)");
    CHECK(message(one.loss, {one.x}, {.differences = {.largest_step = 1e-8}}) ==
          "check_by_differences: steps must be positive and fall from the largest to the smallest "
          "(1e-08 to 1e-06)");
    CHECK(message(one.loss, {one.x}, {.differences = {.tolerance = -1}}) ==
          "check_by_differences: the tolerance must not be negative (-1)");
    CHECK(message_of<GraphError>([&] { check_gradient(one.loss, {}, one.values); }) ==
          "check_gradient: needs an expression");
    CHECK(
        message_of<ShapeError>([&] {
            check_gradient(one.loss, {one.x}, one.values, {.gradients = {Matrix(2, 1), Matrix()}});
        }) == "check_gradient: needs one gradient for each of 1 variables (2 given)");
    const std::string wrong_shape = message_of<ShapeError>(
        [&] { check_gradient(one.loss, {one.x}, one.values, {.gradients = {Matrix(1, 2)}}); });
    CHECK(
        wrong_shape.starts_with("check_gradient: the gradient's shape [1 x 2] must be that of the "
                                "variable\n  variable is x [2 x 1], made at check_gradient_test"));
    CHECK(message_of<ShapeError>([&] {
              check_gradient(one.x, {one.x}, one.values);
          }).starts_with("differentiate: "));
    const Expr unbound = one.graph.parameter("u", {1, 1});
    CHECK(message_of<EvaluationError>([&] {
              check_gradient(one.loss, {unbound}, one.values);
          }).starts_with("check_by_differences: no value is bound to u [1 x 1]"));
}

TEST_CASE("check_gradient: a loss that is not finite names the node that makes it so") {
    OneLoss one([](Expr x) { return sum(log(x)); }, Matrix(1, 1, -1.0));
    CHECK(message_of<NonFiniteError>([&] {
              one.check();
          }).starts_with("evaluate: log is not finite ("));
    // Beside the edge of where log is defined, the large steps fall off, the small ones do not.
    OneLoss edge([](Expr x) { return sum(log(x)); }, Matrix(1, 1, 5e-3));
    CHECK(edge.check().verdict() == Verdict::agrees);
}
