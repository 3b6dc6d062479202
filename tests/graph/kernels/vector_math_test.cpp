#include <revolute/graph/kernels/vector_math.hpp>
#include <support/on_every_target.hpp>
#include <support/vector_accuracy.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <utility>
#include <vector>

namespace test = revolute::test;
namespace vector_math = revolute::vector_math;
using revolute::ColumnExtent;
using revolute::Columns;
using test::bits;
using test::Limits;
using test::special_values;

namespace {

template <class T>
using Unary = void (*)(Columns<const T>, Columns<T>, ColumnExtent);
template <class T>
using Binary = void (*)(Columns<const T>, Columns<const T>, Columns<T>, ColumnExtent);

template <class T>
std::vector<T> results(Unary<T> function, const std::vector<T>& x) {
    std::vector<T> y(x.size());
    function(x.data(), y.data(), x.size());
    return y;
}

template <class T, class Exact>
void check_accuracy(Unary<T> function, Exact (*exact)(Exact)) {
    static const std::vector<T> x = test::arguments<T>();
    test::check_accuracy<T>(x, exact, [&] { return results(function, x); });
}

template <class Exact>
Exact exact_sigmoid(Exact x) {
    const Exact e = std::exp(-std::abs(x));  // does not overflow
    return (x < 0 ? e : Exact(1)) / (1 + e);
}

/// f(x) = y in the bits, but that any NaN is as good as any other.
template <class T>
void check_value(Unary<T> function, T x, T expected) {
    test::on_every_target([&] {
        CAPTURE(x);
        T y = 42;
        function(&x, &y, 1);
        CHECK((std::isnan(expected) ? std::isnan(y) : bits(y) == bits(expected)));
    });
}

void check_value(Unary<double> in_double, Unary<float> in_float, double x, double expected) {
    check_value<double>(in_double, x, expected);
    check_value<float>(in_float, static_cast<float>(x), static_cast<float>(expected));
}

template <class T>
std::vector<Unary<T>> unary_functions() {
    return {vector_math::tanh, vector_math::sigmoid, vector_math::exp,   vector_math::log,
            vector_math::relu, vector_math::negate,  vector_math::square};
}

template <class T>
std::vector<Binary<T>> binary_functions() {
    return {vector_math::add, vector_math::subtract, vector_math::multiply,
            vector_math::multiply_tanh_slope, vector_math::multiply_sigmoid_slope};
}

/// Numbers of moderate size, and a few that are not.
template <class T>
std::vector<T> numbers(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<T> normal(0, 3);
    std::vector<T> x(count);
    for (T& value : x) value = normal(random);
    if (count > 7) x[7] = Limits<T>::infinity();
    if (count > 12) x[12] = -Limits<T>::denorm_min();
    return x;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (bits(a[i]) != bits(b[i])) return false;
    return true;
}

/// A vector of the widest kind and more, twice.
template <class T>
constexpr std::size_t most_numbers = 2 * 64 / sizeof(T) + 1;

/// Whether the function gives, from anywhere in an array of any length, what it gives for one
/// number alone, and writes nowhere else. Operands end where their memory ends, so that the address
/// sanitizer sees a read beyond.
template <class T, class Call>
void check_every_length(Call call) {
    const std::vector<T> a = numbers<T>(most_numbers<T>, 1), b = numbers<T>(most_numbers<T>, 2);
    std::vector<T> alone(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) call(&a[i], &b[i], &alone[i], 1);
    for (std::size_t length = 0; length <= a.size(); ++length)
        for (std::size_t first = 0; first <= a.size() - length; ++first) {
            const auto from = static_cast<std::ptrdiff_t>(first);
            const auto to = from + static_cast<std::ptrdiff_t>(length);
            const std::vector<T> a_part(a.begin() + from, a.begin() + to);
            const std::vector<T> b_part(b.begin() + from, b.begin() + to);
            std::vector<T> y(a.size(), T(42)), expected = y;
            std::copy(alone.begin() + from, alone.begin() + to, expected.begin() + from);
            call(a_part.data(), b_part.data(), y.data() + first, length);
            REQUIRE(same_bits(y, expected));
        }
}

/// Whether columns that stand apart are treated as each is by itself; the second operand is one
/// column for all. Between the columns nothing is touched.
template <class T, class Call>
void check_columns(Call call) {
    constexpr std::size_t columns = 3;
    for (const std::size_t length : {std::size_t(1), std::size_t(5), most_numbers<T>}) {
        const std::size_t stride = length + 2;
        const std::vector<T> a = numbers<T>(columns * stride, 1), b = numbers<T>(length, 2);
        std::vector<T> y(columns * stride, T(42)), expected = y;
        for (std::size_t first = 0; first < y.size(); first += stride)
            call(&a[first], b.data(), &expected[first], length);
        const auto step = static_cast<std::ptrdiff_t>(stride);
        call({a.data(), step}, b.data(), {y.data(), step}, {length, columns});
        CHECK(same_bits(y, expected));
    }
}

/// `check` for every function of T, as one of two operands.
template <class T, class Check>
void for_every_function(Check check) {
    using Operand = Columns<const T>;
    for (const Unary<T> function : unary_functions<T>())
        check([&](Operand a, Operand, Columns<T> y, ColumnExtent n) { function(a, y, n); });
    for (const Binary<T> function : binary_functions<T>()) check(function);
    check([](Operand a, Operand, Columns<T> y, ColumnExtent n) {
        vector_math::scale(T(0.3), a, y, n);
    });
    check([](Operand a, Operand b, Columns<T> y, ColumnExtent n) {
        vector_math::sum(std::array{a, b, a}, y, n);
    });
}

/// Whether the function gives the very bits of the formula in plain C++, for all pairs of special
/// and other numbers.
template <class T, class Call, class Formula>
void check_formula(Call call, Formula formula) {
    std::vector<T> a, b, expected;
    std::vector<T> values = special_values<T>(), others = numbers<T>(20, 3);
    values.insert(values.end(), others.begin(), others.end());
    for (const T x : values)
        for (const T y : values) {
            const T result = formula(x, y);
            if (std::isnan(result)) continue;  // "NaN stays NaN" is a test of its own
            a.push_back(x);
            b.push_back(y);
            expected.push_back(result);
        }
    test::on_every_target([&] {
        std::vector<T> y(a.size());
        call(a.data(), b.data(), y.data(), a.size());
        CHECK(same_bits(y, expected));
    });
}

/// The same in double and in float.
void check_formulas(auto call, auto formula) {
    check_formula<double>(call, formula);
    check_formula<float>(call, formula);
}

constexpr double infinity = Limits<double>::infinity();
constexpr double not_a_number = Limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("vector math: tanh is within 4 ulp") {
    check_accuracy<double, long double>(vector_math::tanh, std::tanh);
    check_accuracy<float, double>(vector_math::tanh, std::tanh);
}

TEST_CASE("vector math: sigmoid is within 4 ulp") {
    check_accuracy<double, long double>(vector_math::sigmoid, exact_sigmoid);
    check_accuracy<float, double>(vector_math::sigmoid, exact_sigmoid);
}

TEST_CASE("vector math: exp is within 4 ulp") {
    check_accuracy<double, long double>(vector_math::exp, std::exp);
    check_accuracy<float, double>(vector_math::exp, std::exp);
}

TEST_CASE("vector math: log is within 4 ulp") {
    check_accuracy<double, long double>(vector_math::log, std::log);
    check_accuracy<float, double>(vector_math::log, std::log);
}

TEST_CASE("vector math: tanh has its limits, and the sign of zero") {
    for (const double sign : {1.0, -1.0}) {
        check_value(vector_math::tanh, vector_math::tanh, sign * infinity, sign);
        check_value(vector_math::tanh, vector_math::tanh, sign * Limits<float>::max(), sign);
        check_value<double>(vector_math::tanh, sign * Limits<double>::max(), sign);
        check_value(vector_math::tanh, vector_math::tanh, sign * 0.0, sign * 0.0);
        check_value<double>(vector_math::tanh, sign * Limits<double>::denorm_min(),
                            sign * Limits<double>::denorm_min());
    }
}

TEST_CASE("vector math: sigmoid has its limits") {
    check_value(vector_math::sigmoid, vector_math::sigmoid, infinity, 1);
    check_value(vector_math::sigmoid, vector_math::sigmoid, Limits<float>::max(), 1);
    check_value(vector_math::sigmoid, vector_math::sigmoid, -infinity, 0);
    check_value(vector_math::sigmoid, vector_math::sigmoid, Limits<float>::lowest(), 0);
    check_value<double>(vector_math::sigmoid, -745.0, Limits<double>::denorm_min());
    check_value(vector_math::sigmoid, vector_math::sigmoid, 0.0, 0.5);
    check_value(vector_math::sigmoid, vector_math::sigmoid, -0.0, 0.5);
}

TEST_CASE("vector math: exp has its limits") {
    check_value(vector_math::exp, vector_math::exp, infinity, infinity);
    check_value(vector_math::exp, vector_math::exp, 1000, infinity);
    check_value(vector_math::exp, vector_math::exp, Limits<float>::max(), infinity);
    check_value(vector_math::exp, vector_math::exp, -infinity, 0);
    check_value(vector_math::exp, vector_math::exp, Limits<float>::lowest(), 0);
    check_value<double>(vector_math::exp, -745.0, Limits<double>::denorm_min());
    check_value<float>(vector_math::exp, -103.5F, Limits<float>::denorm_min());
    check_value(vector_math::exp, vector_math::exp, 0.0, 1);
    check_value(vector_math::exp, vector_math::exp, -0.0, 1);
}

TEST_CASE("vector math: log of what is not positive and finite") {
    check_value(vector_math::log, vector_math::log, 0.0, -infinity);
    check_value(vector_math::log, vector_math::log, -0.0, -infinity);
    check_value(vector_math::log, vector_math::log, infinity, infinity);
    check_value(vector_math::log, vector_math::log, -infinity, not_a_number);
    check_value(vector_math::log, vector_math::log, -1, not_a_number);
    check_value<double>(vector_math::log, -Limits<double>::denorm_min(), not_a_number);
    check_value(vector_math::log, vector_math::log, 1, 0.0);
}

TEST_CASE("vector math: NaN stays NaN") {
    const auto check = [](auto function) {
        test::on_every_target([&] {
            using T = decltype(function);
            for (const T x : {Limits<T>::quiet_NaN(), -Limits<T>::quiet_NaN()}) {
                const T one = 1;
                T y = 0;
                for (const Unary<T> f : unary_functions<T>()) {
                    f(&x, &y, 1);
                    CHECK(std::isnan(std::exchange(y, 0)));
                }
                for (const Binary<T> f : binary_functions<T>()) {
                    f(&x, &one, &y, 1);
                    CHECK(std::isnan(std::exchange(y, 0)));
                    f(&one, &x, &y, 1);
                    CHECK(std::isnan(std::exchange(y, 0)));
                }
                vector_math::scale(T(2), &x, &y, 1);
                CHECK(std::isnan(std::exchange(y, 0)));
                vector_math::scale(x, &one, &y, 1);
                CHECK(std::isnan(std::exchange(y, 0)));
            }
        });
    };
    check(double());
    check(float());
}

TEST_CASE("vector math: a result depends on its operands alone, not on place and length") {
    test::on_every_target([] {
        for_every_function<double>([](auto call) { check_every_length<double>(call); });
        for_every_function<float>([](auto call) { check_every_length<float>(call); });
    });
}

TEST_CASE("vector math: a result may replace an operand") {
    const auto check = []<class T>(T) {
        return [](auto call) {
            const std::vector<T> a = numbers<T>(most_numbers<T>, 1),
                                 b = numbers<T>(most_numbers<T>, 2);
            std::vector<T> expected(a.size()), y = a, z = b;
            call(a.data(), b.data(), expected.data(), a.size());
            call(y.data(), b.data(), y.data(), a.size());
            CHECK(same_bits(y, expected));
            call(a.data(), z.data(), z.data(), a.size());
            CHECK(same_bits(z, expected));
        };
    };
    test::on_every_target([&] {
        for_every_function<double>(check(double()));
        for_every_function<float>(check(float()));
    });
}

TEST_CASE("vector math: add, subtract and multiply give the bits of C++") {
    check_formulas([](auto a, auto b, auto y, auto n) { vector_math::add(a, b, y, n); },
                   [](auto a, auto b) { return a + b; });
    check_formulas([](auto a, auto b, auto y, auto n) { vector_math::subtract(a, b, y, n); },
                   [](auto a, auto b) { return a - b; });
    check_formulas([](auto a, auto b, auto y, auto n) { vector_math::multiply(a, b, y, n); },
                   [](auto a, auto b) { return a * b; });
}

TEST_CASE("vector math: a sum is that of its operands from the first to the last") {
    check_formulas(
        [](auto a, auto b, auto y, auto n) {
            using Number = std::remove_pointer_t<decltype(y)>;
            vector_math::sum(std::array<Columns<const Number>, 4>{a, b, b, a}, y, n);
        },
        [](auto a, auto b) { return a + b + b + a; });
    check_formulas(
        [](auto a, auto, auto y, auto n) {
            using Number = std::remove_pointer_t<decltype(y)>;
            vector_math::sum(std::array<Columns<const Number>, 1>{a}, y, n);
        },
        [](auto a, auto) { return a; });
}

TEST_CASE("vector math: columns that stand apart are as each by itself") {
    test::on_every_target([] {
        for_every_function<double>([](auto call) { check_columns<double>(call); });
        for_every_function<float>([](auto call) { check_columns<float>(call); });
    });
}

TEST_CASE("vector math: relu, negate, square and scale give the bits of C++") {
    check_formulas([](auto a, auto, auto y, auto n) { vector_math::relu(a, y, n); },
                   [](auto a, auto) { return a < 0 ? 0 : a; });
    check_formulas([](auto a, auto, auto y, auto n) { vector_math::negate(a, y, n); },
                   [](auto a, auto) { return -a; });
    check_formulas([](auto a, auto, auto y, auto n) { vector_math::square(a, y, n); },
                   [](auto a, auto) { return a * a; });
    check_formula<double>([](auto a, auto, auto y, auto n) { vector_math::scale(0.3, a, y, n); },
                          [](double a, double) { return 0.3 * a; });
    check_formula<float>([](auto a, auto, auto y, auto n) { vector_math::scale(0.3F, a, y, n); },
                         [](float a, float) { return 0.3F * a; });
}

TEST_CASE("vector math: slopes give the bits of their operations one after another") {
    const auto one_after_another = [](auto slope) {
        return [slope](auto a, auto b) {
            // volatile: rounded after every operation, whatever the compiler may contract
            const volatile auto factor = slope(b);
            return a * factor;
        };
    };
    check_formulas(
        [](auto a, auto b, auto y, auto n) { vector_math::multiply_tanh_slope(a, b, y, n); },
        one_after_another([](auto b) {
            const volatile auto square = b * b;
            return 1 - square;
        }));
    check_formulas(
        [](auto a, auto b, auto y, auto n) { vector_math::multiply_sigmoid_slope(a, b, y, n); },
        one_after_another([](auto b) {
            const volatile auto rest = 1 - b;
            return b * rest;
        }));
}
