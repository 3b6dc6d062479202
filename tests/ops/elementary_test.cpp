// Elementwise operators against numbers from elsewhere: at kinks, where the documentation says what
// holds, and for entries so large that a formula used as it stands would overflow.

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
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// f(x), and df/dx.
std::array<double, 2> at(double x, Expr (*f)(Expr)) {
    Graph graph;
    const Expr variable = graph.parameter("x", {1, 1});
    const Bindings values = Bindings().bind(variable, Matrix(1, 1, x));
    const Expr y = f(variable);
    const Expr slope = differentiate(y, {variable}, Unreachable::zeros)[variable];
    return {evaluate(y, values)(0, 0), evaluate(slope, values)(0, 0)};
}

using Pair = std::array<double, 2>;

/// A point with value and derivative, both of a few units in the last place: libm's are.
struct Point {
    double x, value, slope;
};

void check_points(Expr (*f)(Expr), std::initializer_list<Point> points) {
    for (const Point& point : points) {
        CAPTURE(point.x);
        const Pair found = at(point.x, f);
        CHECK(found[0] == doctest::Approx(point.value).epsilon(1e-15));
        CHECK(found[1] == doctest::Approx(point.slope).epsilon(1e-15));
    }
}

}  // namespace

TEST_CASE("elementary functions: values and derivatives are those of tables") {
    const double e = 2.718281828459045, ln2 = 0.6931471805599453, half = std::sqrt(0.5);
    check_points([](Expr x) { return exp(x); }, {{0, 1, 1}, {1, e, e}, {-1, 1 / e, 1 / e}});
    check_points([](Expr x) { return log(x); }, {{1, 0, 1}, {2, ln2, 0.5}});
    check_points([](Expr x) { return sqrt(x); }, {{4, 2, 0.25}, {0.5, half, 0.5 / half}});
    check_points([](Expr x) { return reciprocal(x); }, {{4, 0.25, -0.0625}, {-0.5, -2, -4}});
    check_points([](Expr x) { return sin(x); },
                 {{0, 0, 1}, {1, 0.8414709848078965, 0.5403023058681398}});
    check_points([](Expr x) { return cos(x); },
                 {{0, 1, 0}, {1, 0.5403023058681398, -0.8414709848078965}});
    // erf(1); its derivative is 2 / sqrt(pi) exp(-1).
    check_points([](Expr x) { return erf(x); }, {{1, 0.8427007929497149, 0.41510749742059470}});
    check_points([](Expr x) { return 3.0 / x; }, {{2, 1.5, -0.75}});
}

TEST_CASE("power: whole exponents take negative numbers, others refuse them with NaN") {
    check_points([](Expr x) { return power(x, 3); }, {{-2, -8, 12}, {0, 0, 0}});
    check_points([](Expr x) { return power(x, -2); }, {{-2, 0.25, 0.25}});
    check_points([](Expr x) { return power(x, 0.5); }, {{4, 2, 0.25}});
    check_points([](Expr x) { return power(x, 0); }, {{0, 1, 0}, {-3, 1, 0}});
    check_points([](Expr x) { return power(x, 1); }, {{0, 0, 1}, {-3, -3, 1}});
    CHECK(std::isnan(at(-2, [](Expr x) { return power(x, 0.5); })[0]));
    CHECK(at(0, [](Expr x) { return power(x, -1); })[0] == infinity);
}

TEST_CASE("log and sqrt: outside their domain they are infinite or NaN, as documented") {
    const auto log_of = [](double x) { return at(x, [](Expr z) { return log(z); }); };
    const auto sqrt_of = [](double x) { return at(x, [](Expr z) { return sqrt(z); }); };
    CHECK(log_of(0)[0] == -infinity);
    CHECK(std::isnan(log_of(-1)[0]));
    CHECK(sqrt_of(0) == Pair{0, infinity});
    CHECK(std::isnan(sqrt_of(-1)[0]));
}

TEST_CASE("kinks: values and derivatives are the documented ones") {
    const auto zero = [](Expr (*f)(Expr)) { return at(0, f); };
    CHECK(zero([](Expr x) { return abs(x); }) == Pair{0, 0});
    CHECK(zero([](Expr x) { return relu(x); }) == Pair{0, 0});
    CHECK(zero([](Expr x) { return leaky_relu(x, 0.25); }) == Pair{0, 0.25});
    CHECK(zero([](Expr x) { return elu(x, 1.5); }) == Pair{0, 1.5});
    CHECK(zero([](Expr x) { return heaviside(x); }) == Pair{0, 0});
    CHECK(zero([](Expr x) { return exceeds(x, constant_like(x, 0.0)); }) == Pair{0, 0});
    CHECK(zero([](Expr x) { return sign(x); }) == Pair{0, 0});
    CHECK(zero([](Expr x) { return clamp(x, 0, 1); }) == Pair{0, 0});
    CHECK(zero([](Expr x) { return clamp(x, -1, 0); }) == Pair{0, 0});
    CHECK(zero([](Expr x) { return mae(x, 0.0 * x); }) == Pair{0, 0});
    // At the bound of huber both pieces have the slope delta.
    CHECK(at(0.25, [](Expr x) { return huber(x, 0.0 * x, 0.25); }) == Pair{0.03125, 0.25});
}

TEST_CASE("kinks: second derivatives are the documented ones") {
    const auto second = [](double x, Expr (*f)(Expr)) {
        Graph graph;
        const Expr variable = graph.parameter("x", {1, 1});
        const Expr slope = differentiate(f(variable), {variable})[variable];
        const Expr bend = differentiate(slope, {variable}, Unreachable::zeros)[variable];
        return evaluate(bend, Bindings().bind(variable, Matrix(1, 1, x)))(0, 0);
    };
    CHECK(second(0, [](Expr x) { return abs(x); }) == 0);
    CHECK(second(0, [](Expr x) { return relu(x); }) == 0);
    CHECK(second(0, [](Expr x) { return leaky_relu(x, 0.25); }) == 0);
    CHECK(second(0, [](Expr x) { return elu(x, 1.5); }) == 1.5);
    CHECK(second(0, [](Expr x) { return clamp(x, 0, 1); }) == 0);
    CHECK(second(0, [](Expr x) { return maximum(x, 0.0 * x); }) == 0);
    CHECK(second(0, [](Expr x) { return minimum(x, 0.0 * x); }) == 0);
    CHECK(second(0, [](Expr x) { return mae(x, 0.0 * x); }) == 0);
    constexpr auto huber_of_x = [](Expr x) { return huber(x, 0.0 * x, 0.25); };
    CHECK(second(0.125, huber_of_x) == 1);
    CHECK(second(0.25, huber_of_x) == 0);
    CHECK(second(-0.25, huber_of_x) == 0);
}

TEST_CASE("kinks: beside them, each piece holds") {
    check_points([](Expr x) { return abs(x); }, {{-2, 2, -1}, {2, 2, 1}});
    check_points([](Expr x) { return relu(x); }, {{-2, 0, 0}, {2, 2, 1}});
    check_points([](Expr x) { return leaky_relu(x, 0.25); }, {{-2, -0.5, 0.25}, {2, 2, 1}});
    const double e = std::exp(-2.0);
    check_points([](Expr x) { return elu(x, 1.5); }, {{-2, 1.5 * (e - 1), 1.5 * e}, {2, 2, 1}});
    check_points([](Expr x) { return heaviside(x); }, {{-2, 0, 0}, {2, 1, 0}});
    check_points([](Expr x) { return exceeds(x, constant_like(x, 1.0)); }, {{-2, 0, 0}, {2, 1, 0}});
    check_points([](Expr x) { return sign(x); }, {{-2, -1, 0}, {2, 1, 0}});
    check_points([](Expr x) { return clamp(x, -1, 1); }, {{-2, -1, 0}, {0.5, 0.5, 1}, {2, 1, 0}});
    // x^2 / 2 up to 1, |x| - 1/2 beyond.
    check_points([](Expr x) { return huber(x, 0.0 * x); }, {{-3, 2.5, -1}, {0.5, 0.125, 0.5}});
}

TEST_CASE("minimum and maximum: at a tie the first operand gets the adjoint") {
    Graph graph;
    const Expr a = graph.parameter("a", {1, 3}), b = graph.parameter("b", {1, 3});
    const Bindings values =
        Bindings().bind(a, Matrix(1, 3, {1, 2, 3})).bind(b, Matrix(1, 3, {3, 2, 1}));
    const auto gradients = [&](Expr y) {
        return evaluate(differentiate(sum(y), {a, b}).gradients(), values);
    };
    const Expr low = minimum(a, b), high = maximum(a, b);
    CHECK(evaluate(low, values) == Matrix(1, 3, {1, 2, 1}));
    CHECK(evaluate(high, values) == Matrix(1, 3, {3, 2, 3}));
    CHECK(gradients(low) == std::vector{Matrix(1, 3, {1, 1, 0}), Matrix(1, 3, {0, 0, 1})});
    CHECK(gradients(high) == std::vector{Matrix(1, 3, {0, 1, 1}), Matrix(1, 3, {1, 0, 0})});
}

TEST_CASE("sigmoid, softplus and gelu: are exact at zero and do not overflow at 10000") {
    check_points(
        [](Expr x) { return sigmoid(x); },
        {{0, 0.5, 0.25}, {1e4, 1, 0}, {-1e4, 0, 0}, {2, 0.8807970779778823, 0.10499358540350662}});
    check_points([](Expr x) { return softplus(x); },
                 {{0, 0.6931471805599453, 0.5}, {1e4, 1e4, 1}, {-1e4, 0, 0}});
    // softplus(-40) = log(1 + exp(-40)) is exp(-40) to double precision: a sum with 1 would lose
    // it.
    check_points([](Expr x) { return softplus(x); }, {{-40, std::exp(-40.0), std::exp(-40.0)}});
    // gelu(1) = Phi(1), its derivative Phi(1) + phi(1).
    check_points(
        [](Expr x) { return gelu(x); },
        {{0, 0, 0.5}, {1, 0.8413447460685429, 1.0833154705876864}, {1e4, 1e4, 1}, {-1e4, 0, 0}});
    check_points([](Expr x) { return elu(x); }, {{1e4, 1e4, 1}, {-1e4, -1, 0}});
    check_points([](Expr x) { return tanh(x); }, {{1e4, 1, 0}, {-1e4, -1, 0}});
}

TEST_CASE("elementary functions: a NaN stays one") {
    const std::vector<Expr (*)(Expr)> all{
        [](Expr x) { return abs(x); },
        [](Expr x) { return relu(x); },
        [](Expr x) { return leaky_relu(x); },
        [](Expr x) { return elu(x); },
        [](Expr x) { return sigmoid(x); },
        [](Expr x) { return softplus(x); },
        [](Expr x) { return gelu(x); },
        [](Expr x) { return clamp(x, -1, 1); },
        [](Expr x) { return sign(x); },
        [](Expr x) { return tanh(x); },
        [](Expr x) { return minimum(x, 1.0 + 0.0 * x); },
        [](Expr x) { return heaviside(x); },
        [](Expr x) { return exceeds(x, constant_like(x, 1.0)); },
        [](Expr x) { return exceeds(constant_like(x, 1.0), x); },
        [](Expr x) { return erf(x); },
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(i);
        CHECK(std::isnan(at(not_a_number, all[i])[0]));
    }
}

TEST_CASE(
    "elu: its slope is one up to infinity, and its second derivative at the kink that of the left "
    "side") {
    constexpr double alpha = 1.5;
    CHECK(at(infinity, [](Expr x) { return elu(x, alpha); }) == Pair{infinity, 1.0});
    const auto slope = [](Expr x) { return differentiate(elu(x, alpha), {x})[x]; };
    CHECK(at(0.0, slope) == Pair{alpha, alpha});
}

TEST_CASE(
    "leaky_relu: a negative slope turns the sign below zero, where the slope stays that of x") {
    const auto f = [](Expr x) { return leaky_relu(x, -0.5); };
    CHECK(at(-2.0, f) == Pair{1.0, -0.5});
    CHECK(at(2.0, f) == Pair{2.0, 1.0});
}

TEST_CASE("power: the exponent 0 gives the constant 1, without a slope even at 0") {
    for (const double x : {-2.0, 0.0, 3.0})
        CHECK(at(x, [](Expr y) { return power(y, 0.0); }) == Pair{1.0, 0.0});
}
