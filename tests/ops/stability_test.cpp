// Softmax and the losses built on logarithms, where exp of an entry overflows, and against numbers
// worked out by hand.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

using namespace revolute;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
/// softmax of (0, 0, log 2) is (1, 1, 2) / 4.
const double ln2 = 0.6931471805599453;

struct Evaluated {
    Matrix value, gradient;
};

/// f(x), and the gradient of its sum.
template <class Function>
Evaluated evaluated(const Matrix& x, const Function& f) {
    Graph graph;
    const Expr variable = graph.parameter("x", x.shape());
    const Bindings values = Bindings().bind(variable, x);
    const Expr y = f(variable);
    return {evaluate(y, values), evaluate(differentiate(sum(y), {variable})[variable], values)};
}

/// f''(x), entry by entry, of an elementwise f.
template <class Function>
Matrix curvature(const Matrix& x, const Function& f) {
    Graph graph;
    const Expr variable = graph.parameter("x", x.shape());
    const Expr slope = differentiate(sum(f(variable)), {variable})[variable];
    return evaluate(differentiate(sum(slope), {variable})[variable], Bindings().bind(variable, x));
}

/// Up to a few units in the last place of 1.
bool near(const Matrix& x, const Matrix& expected) {
    return largest_difference(x, expected) <= 1e-15;
}

}  // namespace

TEST_CASE("softmax: works column by column and does not notice a common shift") {
    const Matrix expected(3, 2, {0.25, 0.25, 0.5, 0.5, 0.25, 0.25});
    const auto of = [](const Matrix& x) {
        return evaluated(x, [](Expr z) { return softmax(z); }).value;
    };
    CHECK(near(of(Matrix(3, 2, {0, 0, ln2, ln2, 0, 0})), expected));
    const Matrix far = of(Matrix(3, 2, {1e4, 1e4, 1e4 + ln2, ln2 - 1e4, -1e4, -1e4}));
    // 1e4 + log 2 is itself rounded, to 1e4 eps.
    CHECK(largest_difference(far, expected) <= 1e-12);
    CHECK(of(Matrix(2, 1, {1e4, -1e4})) == Matrix(2, 1, {1, 0}));
    CHECK(of(Matrix(1, 2, {1e4, -1e4})) == Matrix(1, 2, {1, 1}));
}

TEST_CASE("log_sum_exp: is the largest entry of those that are far apart") {
    const auto of = [](const Matrix& x) {
        return evaluated(x, [](Expr z) { return log_sum_exp(z); });
    };
    const Evaluated y = of(Matrix(2, 3, {1e4, -1e4, -1e4, -1e4, 0, 0}));
    CHECK(y.value == Matrix(1, 3, {1e4, -1e4 + ln2, ln2}));
    CHECK(y.gradient == Matrix(2, 3, {1, 0, 0.5, 0.5, 0.5, 0.5}));
    // log(1 + 1 + 2).
    CHECK(near(of(Matrix(3, 1, {0, 0, ln2})).value, Matrix(1, 1, 2 * ln2)));
    CHECK(of(Matrix(1, 1, 1e4)).value == Matrix(1, 1, 1e4));
    CHECK(of(Matrix(2, 1, {-infinity, -infinity})).value == Matrix(1, 1, -infinity));
    CHECK(of(Matrix(2, 1, {infinity, 0})).value == Matrix(1, 1, infinity));
}

TEST_CASE(
    "softmax_cross_entropy: is -log of the right class's probability, averaged over columns") {
    Graph graph;
    const Expr z = graph.parameter("z", {3, 2}), classes = graph.input("i", {1, 2});
    Bindings values = Bindings().bind(z, Matrix(3, 2, {0, 0, ln2, ln2, 0, 0}));
    values.bind(classes, Matrix(1, 2, {2, 1}));  // probabilities 1/2 and 1/4
    const Expr loss = softmax_cross_entropy(z, classes);
    const Expr gradient = differentiate(loss, {z})[z];
    CHECK(near(evaluate(loss, values), Matrix(1, 1, 1.5 * ln2)));
    CHECK(
        near(evaluate(gradient, values), Matrix(3, 2, {0.125, 0.125, -0.25, 0.25, -0.375, 0.125})));

    values.bind(z, Matrix(3, 2, {1e4, 0, -1e4, 1e4, 0, -1e4})).bind(classes, Matrix(1, 2, {2, 0}));
    CHECK(evaluate(loss, values) == Matrix(1, 1, 1e4));  // (2e4 + 0) / 2
    CHECK(evaluate(gradient, values) == Matrix(3, 2, {0.5, 0, -0.5, 0, 0, 0}));
}

TEST_CASE(
    "binary_cross_entropy_with_logits: is log 2 for what cannot be told, |z| for what is all "
    "wrong") {
    Graph graph;
    const Expr z = graph.parameter("z", {1, 4}), target = graph.input("Y", {1, 4});
    Bindings values = Bindings().bind(z, Matrix(1, 4, {0, 0, 1e4, -1e4}));
    values.bind(target, Matrix(1, 4, {1, 0, 1, 0}));
    const Expr loss = binary_cross_entropy_with_logits(z, target);
    const Expr gradient = differentiate(loss, {z})[z];
    CHECK(near(evaluate(loss, values), Matrix(1, 1, ln2 / 2)));
    CHECK(evaluate(gradient, values) == Matrix(1, 4, {-0.125, 0.125, 0, 0}));
    values.bind(target, Matrix(1, 4, {1, 1, 0, 1}));
    CHECK(evaluate(loss, values)(0, 0) == doctest::Approx((2e4 + 2 * ln2) / 4).epsilon(1e-15));
    CHECK(evaluate(gradient, values) == Matrix(1, 4, {-0.125, -0.125, 0.25, -0.25}));
}

TEST_CASE("mae and huber: are summed over rows and averaged over columns") {
    Graph graph;
    const Expr y = graph.parameter("y", {2, 2}), target = graph.input("Y", {2, 2});
    Bindings values = Bindings().bind(y, Matrix(2, 2, {1, 2, 3, 4}));
    values.bind(target, Matrix(2, 2, {1.5, 2, 0, 5}));  // errors -0.5, 0, 3, -1
    const Expr absolute = mae(y, target), robust = huber(y, target, 1.0);
    CHECK(evaluate(absolute, values) == Matrix(1, 1, 4.5 / 2));
    CHECK(evaluate(differentiate(absolute, {y})[y], values) == Matrix(2, 2, {-0.5, 0, 0.5, -0.5}));
    CHECK(evaluate(robust, values) == Matrix(1, 1, (0.125 + 2.5 + 0.5) / 2));
    CHECK(evaluate(differentiate(robust, {y})[y], values) == Matrix(2, 2, {-0.25, 0, 0.5, -0.5}));
}

TEST_CASE("row_max and column_max: the first of equals gets the adjoint") {
    const Matrix x = Matrix::from_rows({{3, 5, 5}, {7, 5, 0}});
    const Evaluated rows = evaluated(x, [](Expr z) { return row_max(z); });
    CHECK(rows.value == Matrix(2, 1, {5, 7}));
    CHECK(rows.gradient == Matrix::from_rows({{0, 1, 0}, {1, 0, 0}}));
    const Evaluated columns = evaluated(x, [](Expr z) { return column_max(z); });
    CHECK(columns.value == Matrix(1, 3, {7, 5, 5}));
    CHECK(columns.gradient == Matrix::from_rows({{0, 1, 1}, {1, 0, 0}}));
}

TEST_CASE("row_max and column_max: a NaN is the largest, and the first NaN gets the adjoint") {
    const Matrix x = Matrix::from_rows({{1, 5}, {not_a_number, 7}, {9, 2}, {not_a_number, 3}});
    const Evaluated columns = evaluated(x, [](Expr z) { return column_max(z); });
    CHECK(std::isnan(columns.value(0, 0)));
    CHECK(columns.value(0, 1) == 7);
    const Matrix first = Matrix::from_rows({{0, 0}, {1, 1}, {0, 0}, {0, 0}});
    CHECK(columns.gradient == first);
    const Evaluated rows = evaluated(x, [](Expr z) { return row_max(transpose(z)); });
    CHECK(std::isnan(rows.value(0, 0)));
    CHECK(rows.gradient == first);
}

TEST_CASE("gelu: at the infinities it has the slopes of its asymptotes, and no curvature") {
    const Matrix x(1, 5, {-infinity, -40, 40, 1e308, infinity});
    const Evaluated y = evaluated(x, [](Expr z) { return gelu(z); });
    CHECK(y.value == Matrix(1, 5, {0, 0, 40, 1e308, infinity}));
    CHECK(y.gradient == Matrix(1, 5, {0, 0, 1, 1, 1}));
    CHECK(curvature(x, [](Expr z) { return gelu(z); }) == Matrix(1, 5, 0.0));
}

TEST_CASE("second derivatives: at the infinities and the largest numbers they are the limits") {
    struct Row {
        const char* name;
        Expr (*f)(Expr);
        std::array<double, 4> slope, bend;  // at -infinity, -largest, largest, infinity
    };
    constexpr double largest = std::numeric_limits<double>::max();
    constexpr std::array<double, 4> zeros{};
    constexpr std::array<double, 4> step{0, 0, 1, 1};
    constexpr std::array<double, 4> overflow{0, 0, infinity, infinity};
    constexpr std::array rows{
        Row{"tanh", [](Expr x) { return tanh(x); }, zeros, zeros},
        Row{"sigmoid", [](Expr x) { return sigmoid(x); }, zeros, zeros},
        Row{"softplus", [](Expr x) { return softplus(x); }, step, zeros},
        Row{"elu", [](Expr x) { return elu(x, 1.5); }, step, zeros},
        Row{"gelu", [](Expr x) { return gelu(x); }, step, zeros},
        Row{"erf", [](Expr x) { return erf(x); }, zeros, zeros},
        Row{"exp", [](Expr x) { return exp(x); }, overflow, overflow},
        Row{"reciprocal", [](Expr x) { return reciprocal(x); }, zeros, zeros},
        Row{"square",
            [](Expr x) { return square(x); },
            {-infinity, -infinity, infinity, infinity},
            {2, 2, 2, 2}},
    };
    const Matrix x(1, 4, {-infinity, -largest, largest, infinity});
    const auto row = [](const std::array<double, 4>& entries) {
        return Matrix(1, 4, {entries[0], entries[1], entries[2], entries[3]});
    };
    for (const Row& of : rows) {
        CAPTURE(of.name);
        CHECK(evaluated(x, of.f).gradient == row(of.slope));
        CHECK(curvature(x, of.f) == row(of.bend));
    }
    // These have no value left of 0.
    const Matrix right(1, 2, {largest, infinity});
    CHECK(curvature(right, [](Expr z) { return log(z); }) == Matrix(1, 2, 0.0));
    CHECK(curvature(right, [](Expr z) { return sqrt(z); }) == Matrix(1, 2, 0.0));
    const Matrix bend = curvature(right, [](Expr z) { return power(z, 2.5); });
    CHECK(bend(0, 0) == doctest::Approx(3.75 * std::sqrt(largest)).epsilon(1e-15));
    CHECK(bend(0, 1) == infinity);
}

TEST_CASE("second derivatives: they are NaN where the function has no limit or no value") {
    const auto is_nan = [](double x, Expr (*f)(Expr)) {
        return std::isnan(curvature(Matrix(1, 1, x), f)(0, 0));
    };
    for (const double x : {-infinity, infinity}) {
        CHECK(is_nan(x, [](Expr z) { return sin(z); }));
        CHECK(is_nan(x, [](Expr z) { return cos(z); }));
    }
    CHECK(is_nan(-infinity, [](Expr z) { return sqrt(z); }));
    CHECK(is_nan(-1e308, [](Expr z) { return power(z, 2.5); }));
}

TEST_CASE("erf: where its slope is not 0, slope and curvature are not clamped") {
    // 2 / sqrt(pi) exp(-x^2), and -2 x times that.
    const double slope = 1.1283791670955126 * std::exp(-25.0);
    const Evaluated y = evaluated(Matrix(1, 1, 5.0), [](Expr z) { return erf(z); });
    CHECK(y.gradient(0, 0) == doctest::Approx(slope).epsilon(1e-14));
    const Matrix bend = curvature(Matrix(1, 1, 5.0), [](Expr z) { return erf(z); });
    CHECK(bend(0, 0) == doctest::Approx(-10 * slope).epsilon(1e-14));
}

TEST_CASE("gelu: within the range of its density, slope and curvature are not clamped") {
    // At 6 the density is 6.0758828498232854e-09; the curvature is phi(x) (2 - x^2).
    const double phi = 6.0758828498232854e-09;
    const Matrix x(1, 2, {-6, 6});
    const Matrix bend = curvature(x, [](Expr z) { return gelu(z); });
    CHECK(bend(0, 0) == doctest::Approx(-34 * phi).epsilon(1e-13));
    CHECK(bend(0, 1) == doctest::Approx(-34 * phi).epsilon(1e-13));
}

TEST_CASE(
    "clamp: beyond its bounds the slope is 0 at infinity too, and an infinite bound is none") {
    const Matrix x(1, 3, {-infinity, 0.25, infinity});
    const auto between = [&](double low, double high) {
        return evaluated(x, [&](Expr z) { return clamp(z, low, high); });
    };
    CHECK(between(-1, 1).value == Matrix(1, 3, {-1, 0.25, 1}));
    CHECK(between(-1, 1).gradient == Matrix(1, 3, {0, 1, 0}));
    CHECK(between(0, infinity).gradient == Matrix(1, 3, {0, 1, 1}));
    CHECK(between(-infinity, 1).gradient == Matrix(1, 3, {1, 1, 0}));
    CHECK(between(-infinity, infinity).gradient == Matrix(1, 3, {1, 1, 1}));
    CHECK(between(infinity, infinity).gradient == Matrix(1, 3, {0, 0, 0}));
}

TEST_CASE("minimum and maximum: infinities have slopes like other numbers, the first's at a tie") {
    const Matrix a(1, 6, {infinity, infinity, infinity, -infinity, -infinity, -infinity});
    const Matrix b(1, 6, {infinity, -infinity, 1, infinity, -infinity, 1});
    const auto of = [&](Expr (*f)(Operand, Operand)) {
        Graph graph;
        const Expr x = graph.parameter("a", a.shape()), y = graph.parameter("b", b.shape());
        const Derivative d = differentiate(sum(f(x, y)), {x, y});
        const Bindings values = Bindings().bind(x, a).bind(y, b);
        return std::array{evaluate(f(x, y), values), evaluate(d[x], values),
                          evaluate(d[y], values)};
    };
    CHECK(of(minimum) ==
          std::array{Matrix(1, 6, {infinity, -infinity, 1, -infinity, -infinity, -infinity}),
                     Matrix(1, 6, {1, 0, 0, 1, 1, 1}), Matrix(1, 6, {0, 1, 1, 0, 0, 0})});
    CHECK(of(maximum) ==
          std::array{Matrix(1, 6, {infinity, infinity, infinity, infinity, -infinity, 1}),
                     Matrix(1, 6, {1, 1, 1, 0, 1, 0}), Matrix(1, 6, {0, 0, 0, 1, 0, 1})});
}
