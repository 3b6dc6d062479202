// What a check of gradients says in words.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/gradient_report.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace revolute;

namespace {

/// The report of the loss of a parameter x at a value, for a gradient that is brought.
std::string report(Expr (*of)(Expr), const Matrix& at, const Matrix& gradient) {
    Graph graph;
    const Expr x = graph.parameter("x", at.shape());
    Bindings values;
    values.bind(x, at);
    return to_text(check_gradient(of(x), {x}, values, {.gradients = {gradient}}));
}

constexpr const char* meaning =
    "forward mode        largest difference / largest entry, along the same directions\n"
    "finite differences  error (and what is allowed) at the worst entry, numbered from (0, 0), "
    "for the step that comes closest\n\n";

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// x o x, with a wrong rule for one of the two modes. Its tangent is x o x_dot twice.
const Op wrong_reverse{
    .name = "wrong_reverse",
    .shape = [](const ShapeArguments& x) { return x[0]; },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (std::size_t i = 0; i < y.size(); ++i) y.data[i] = x[0].data[i] * x[0].data[i];
        },
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, 3.0 * p.input()); }},
    .pushforward = {[](const Pushforward& p) { return hadamard(p.tangent, 2.0 * p.input()); }},
};

const Op wrong_forward{
    .name = "wrong_forward",
    .shape = wrong_reverse.shape,
    .evaluate = wrong_reverse.evaluate,
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, 2.0 * p.input()); }},
    .pushforward = {[](const Pushforward& p) { return hadamard(p.tangent, 3.0 * p.input()); }},
};

const Op no_forward{
    .name = "no_forward",
    .shape = wrong_reverse.shape,
    .evaluate = wrong_reverse.evaluate,
    .pullback = wrong_forward.pullback,
};

}  // namespace

TEST_CASE("gradient report: what differs is told with its place, both values and the sweep") {
    // The slopes of x + x^2 at 0.5 and 1.5 are 2 and 4.
    const std::string text = report([](Expr x) { return sum(x + hadamard(x, x)); },
                                    Matrix(2, 1, {0.5, 1.5}), Matrix(2, 1, {2.0, 4.5}));
    CHECK(text.starts_with(
        "     shape        norm  forward mode    finite differences  worst entry  verdict\n"
        "x  [2 x 1]  4.9244e+00       1.1e-01  5.0e-01 (of 4.7e-07)       (1, 0)  differs from "
        "finite differences\n\n"));
    CHECK(has(text,
              "\n\nWorst entry: x, row 1, column 0\n"
              "  gradient            4.500000000000000e+00\n"
              "  finite difference   4.00000000"));
    CHECK(
        has(text,
            "  with step 1e-06\n"
            "  relative error                    1.1e-01\n\n"
            "  step   slope to the left  slope to the right       their mean    error  allowed\n"
            "  1e-02    3.990000000e+00     4.010000000e+00  4.000000000e+00  5.0e-01  4.5e-07\n"
            "  1e-03    3.999000000e+00     4.001000000e+00  4.000000000e+00  5.0e-01  4.5e-07\n"));
    CHECK(text.ends_with("  4.7e-07\n\nVerdict: differs: x\n"));
}

TEST_CASE("gradient report: a kink is told with the slopes on both sides") {
    const std::string text =
        report([](Expr x) { return sum(abs(x)); }, Matrix(1, 2, {0.5, 1e-10}), Matrix(1, 2, 1.0));
    CHECK(has(text, "(0, 1)  too close to a kink to tell\n"));
    CHECK(has(text, "The loss has a kink within the steps, or a bend sharper than they"));
    CHECK(has(text, "  1e-06"));
    CHECK(text.ends_with("\nVerdict: too close to a kink to tell: x\n"));
}

TEST_CASE("gradient report: what agrees is said plainly") {
    const std::string text =
        report([](Expr x) { return 2.0 * sum(x); }, Matrix(1, 1, 0.5), Matrix(1, 1, 2.0));
    CHECK(
        text.starts_with("     shape        norm  forward mode    finite differences  worst "
                         "entry  verdict\n"
                         "x  [1 x 1]  2.0000e+00         exact  "));
    CHECK(has(text, meaning));
    CHECK(text.ends_with("\nVerdict: agrees\n"));
}

TEST_CASE("gradient report: a rule that is wrong in one mode is told by the other") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 2});
    Bindings values;
    values.bind(x, Matrix(2, 2, {0.3, 0.5, 0.7, 0.9}));
    const auto words = [&](const Op& op) {
        const GradientCheck check = check_gradient(sum(apply(op, {x})), {x}, values);
        CHECK_FALSE(check.passes());
        CHECK(check.variables.front().forward_mode.value() > 0.1);
        return in_words(check.variables.front());
    };
    CHECK(words(wrong_reverse) == "differs from finite differences");
    CHECK(words(wrong_forward) == "differs from forward mode");
}

TEST_CASE("gradient report: without a rule for forward mode, its column says why it is empty") {
    Graph graph;
    const Expr x = graph.parameter("x", {1, 1});
    Bindings values;
    values.bind(x, Matrix(1, 1, 0.5));
    const GradientCheck check = check_gradient(sum(apply(no_forward, {x})), {x}, values);
    CHECK(check.verdict() == Verdict::agrees);
    CHECK(check.no_forward_mode.find("no_forward") != std::string::npos);
    const std::string text = to_text(check);
    CHECK(has(text, "forward mode        not to be had: "));
    CHECK(has(text, "x  [1 x 1]  1.0000e+00             -  "));
}

TEST_CASE("gradient report: a miss of the closed form is told with its place and both values") {
    NetCheck check = check_net({.steps = 2, .hidden = 2}, {}, 1);
    check.closed_form[1] = {.relative = 0.5, .worst = {1, 0}, .gradient = 0.25, .by_hand = 0.125};
    const std::string text = to_text(check);
    CHECK(has(text,
              "\nFurthest from the closed form: U, row 1, column 0\n"
              "  gradient            2.500000000000000e-01\n"
              "  closed form         1.250000000000000e-01\n"
              "  relative error                    5.0e-01\n"));
    CHECK(in_words(check, 1) == "differs from the closed form");
    CHECK(text.ends_with("\nVerdict: differs: U (1 of 5 gradients)\n"));
}

TEST_CASE("gradient report: a gradient that is NaN is the furthest from the closed form") {
    NetCheck check = check_net({.steps = 2, .hidden = 2}, {}, 1);
    const Matrix by_hand = Matrix::from_rows({{1, 2}, {3, 4}});
    Matrix spoilt = by_hand, far = by_hand;
    spoilt(1, 0) = std::nan("");
    far(0, 1) = 5;
    check.closed_form[0] = beside_closed_form(far, by_hand);
    check.closed_form[1] = beside_closed_form(spoilt, by_hand);
    check.closed_form[2] = beside_closed_form(far, by_hand);
    CHECK(check.closed_form[0].worst == Entry{0, 1});
    const std::string text = to_text(check);
    CHECK(has(text,
              "\nFurthest from the closed form: U, row 1, column 0\n"
              "  gradient                              nan\n"
              "  closed form         3.000000000000000e+00\n"
              "  relative error                        nan\n"));
    CHECK(in_words(check, 1) == "differs from the closed form");
}

TEST_CASE("gradient report: values that no step moves are told of, and steps that are left out") {
    const std::string huge = report([](Expr x) { return sum(tanh(1e-20 * x)); }, Matrix(1, 1, 1e20),
                                    Matrix(1, 1, 4.1997434161402607e-21));
    CHECK(has(huge, "  -       (0, 0)  values too large for finite differences to tell\n"));
    CHECK(huge.ends_with(
        "\nWorst entry: x, row 0, column 0\n"
        "  No step moves the values: all steps are below their rounding. Check at smaller values, "
        "or with larger steps.\n"
        "\nVerdict: values too large for finite differences to tell: x\n"));
    const auto beside = [](double at) {
        return report([](Expr x) { return 2.0 * sum(x); }, Matrix(1, 1, at), Matrix(1, 1, 2.0));
    };
    CHECK(
        has(beside(1e12), "\n  2 smaller steps are left out, below the rounding of the values\n"));
    CHECK(has(beside(1e11), "\n  a smaller step is left out, below the rounding of the values\n"));
    CHECK_FALSE(has(beside(1e9), "left out"));
}
