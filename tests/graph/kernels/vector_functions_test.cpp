// The functions of programs that are not in vector_math_test.cpp: each within 4 ulp of the exact
// values over all its range, special values included.

#include <revolute/graph/kernels/vector_math.hpp>
#include <support/vector_accuracy.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <random>
#include <span>
#include <vector>

using namespace revolute;
using test::Limits;
using vector_math::SpecialFunction;

namespace {

template <class T>
std::vector<T> results(FastKernels kernels, std::span<const std::vector<T>> operands,
                       std::span<const double> attributes) {
    std::vector<T> y(operands.front().size());
    std::vector<Columns<const T>> columns;
    for (const std::vector<T>& operand : operands) columns.emplace_back(operand.data());
    if constexpr (sizeof(T) == sizeof(double))
        kernels.in_double({columns, attributes}, y.data(), y.size());
    else
        kernels.in_float({columns, attributes}, y.data(), y.size());
    return y;
}

template <class T, class Exact>
void check_accuracy(SpecialFunction function, Exact (*exact)(Exact), const std::vector<T>& x,
                    std::span<const double> attributes = {}) {
    test::check_accuracy<T>(x, exact, [&] {
        return results<T>(vector_math::kernels(function), std::span(&x, 1), attributes);
    });
}

/// In both kinds of numbers.
void check_accuracy(SpecialFunction function, long double (*in_double)(long double),
                    double (*in_float)(double), std::span<const double> attributes = {}) {
    static const std::vector<double> doubles = test::arguments<double>();
    static const std::vector<float> floats = test::arguments<float>();
    check_accuracy<double>(function, in_double, doubles, attributes);
    check_accuracy<float>(function, in_float, floats, attributes);
}

/// Numbers next to multiples of pi / 2, where sine or cosine cancel all but their last digits.
template <class T>
std::vector<T> near_zeros_of_sine() {
    std::mt19937 random(4);
    std::vector<T> x;
    for (int i = 0; i < 40000; ++i) {
        const double n =
            i < 1000
                ? i
                : std::floor(std::ldexp(1.0, 5 + i % 16) + static_cast<double>(random() % 4096));
        const T zero = static_cast<T>(n * (std::numbers::pi / 2));
        for (const T value : {zero, std::nextafter(zero, T(0)), std::nextafter(zero, 2 * zero)})
            x.push_back(i % 2 == 0 ? value : -value);
    }
    return x;
}

/// x Phi(x); 0 without a sign where the evaluator's distribution function is 0. Far below 0 the
/// rounding of x / sqrt(2) to Exact shows in erfc of it, and is made up for.
template <class T, class Exact>
Exact exact_gelu(Exact x) {
    constexpr Exact sqrt2 = std::numbers::sqrt2_v<Exact>;
    constexpr auto sqrt2_low = static_cast<Exact>(sizeof(Exact) == 8 ? -9.667293313452913e-17L
                                                                     : 3.7900651177865141593e-20L);
    const Exact t = -x / sqrt2;
    const Exact error = std::abs(x) < 60 ? (std::fma(t, sqrt2, x) + t * sqrt2_low) / sqrt2 : 0;
    const Exact twice_phi = std::erfc(t) * (t > 0 && t < 60 ? std::exp(2 * t * error) : 1);
    const Exact y = twice_phi == 0 ? 0 : x / 2 * twice_phi;
    return x < -1 && static_cast<T>(y) == 0 ? 0 : y;
}

template <class Exact>
Exact exact_softplus(Exact x) {
    return (x > 0 ? x : Exact(0)) + std::log1p(std::exp(-std::abs(x))) + (std::isnan(x) ? x : 0);
}

template <class Exact>
Exact exact_elu(Exact x) {
    return x > 0 ? x : Exact(1.5) * std::expm1(x);
}

}  // namespace

TEST_CASE("vector functions: sqrt and reciprocal are rounded correctly") {
    check_accuracy(SpecialFunction::sqrt, std::sqrt, std::sqrt);
    check_accuracy(
        SpecialFunction::reciprocal, [](long double x) { return 1 / x; },
        [](double x) { return 1 / x; });
}

TEST_CASE("vector functions: sin and cos are within 4 ulp") {
    check_accuracy(SpecialFunction::sin, std::sin, std::sin);
    check_accuracy(SpecialFunction::cos, std::cos, std::cos);
}

TEST_CASE("vector functions: sin and cos are within 4 ulp next to their zeros") {
    const std::vector<double> doubles = near_zeros_of_sine<double>();
    const std::vector<float> floats = near_zeros_of_sine<float>();
    check_accuracy<double, long double>(SpecialFunction::sin, std::sin, doubles);
    check_accuracy<double, long double>(SpecialFunction::cos, std::cos, doubles);
    check_accuracy<float, double>(SpecialFunction::sin, std::sin, floats);
    check_accuracy<float, double>(SpecialFunction::cos, std::cos, floats);
}

TEST_CASE("vector functions: erf is within 4 ulp") {
    check_accuracy(SpecialFunction::erf, std::erf, std::erf);
}

TEST_CASE("vector functions: gelu is within 4 ulp") {
    check_accuracy(SpecialFunction::gelu, exact_gelu<double>, exact_gelu<float>);
}

TEST_CASE("vector functions: softplus is within 4 ulp") {
    check_accuracy(SpecialFunction::softplus, exact_softplus, exact_softplus);
}

TEST_CASE("vector functions: elu is within 4 ulp") {
    const double alpha = 1.5;
    check_accuracy(SpecialFunction::elu, exact_elu, exact_elu, std::span(&alpha, 1));
}

namespace {

template <int numerator, int denominator>
void check_power() {
    const double k = double{numerator} / denominator;
    check_accuracy(
        SpecialFunction::power,
        [](long double x) {
            return std::pow(x, static_cast<long double>(numerator) / denominator);
        },
        [](double x) { return std::pow(x, double{numerator} / denominator); }, std::span(&k, 1));
}

}  // namespace

TEST_CASE("vector functions: power is within 4 ulp, special values included") {
    check_power<0, 1>();
    check_power<1, 1>();
    check_power<2, 1>();
    check_power<3, 1>();
    check_power<-1, 1>();
    check_power<-2, 1>();
    check_power<1, 2>();
    check_power<-1, 2>();
    check_power<5, 2>();
    check_power<1, 1024>();
    check_power<-301, 8>();
    check_power<1000001, 1>();
    check_power<-2147483647, 1>();
}

TEST_CASE("vector functions: a power with an infinite exponent") {
    const double infinity = Limits<double>::infinity();
    const std::vector<double> x{0.5, -0.5, 1, -1, 2, -2, 0, infinity};
    for (const double k : {infinity, -infinity, 1e300, -1e300}) {
        CAPTURE(k);
        test::on_every_target([&] {
            const std::vector<double> y = results<double>(
                vector_math::kernels(SpecialFunction::power), std::span(&x, 1), std::span(&k, 1));
            for (std::size_t i = 0; i < x.size(); ++i) CHECK(y[i] == std::pow(x[i], k));
        });
    }
}

namespace {

template <class T>
EntryKernel<T> in_numbers(FastKernels kernels) {
    if constexpr (sizeof(T) == sizeof(double))
        return kernels.in_double;
    else
        return kernels.in_float;
}

/// `check` for every kernel of this file's functions and of the choices, for this target.
template <class Check>
void for_every_kernel(const Check& check) {
    for (std::size_t i = 0; i < vector_math::special_function_count; ++i)
        check(vector_math::kernels(static_cast<SpecialFunction>(i)));
    for (std::size_t i = 0; i < vector_math::choice_count; ++i)
        check(vector_math::kernels(static_cast<vector_math::Choice>(i)));
}

constexpr double some_attributes[] = {-0.75, 1.25};

/// Three operands, of numbers of moderate size and of what is not: more than two of the widest
/// vectors.
template <class T>
std::vector<std::vector<T>> some_operands() {
    std::mt19937 random(6);
    std::normal_distribution<T> normal(0, 3);
    std::vector<std::vector<T>> operands(3, std::vector<T>(2 * 64 / sizeof(T) + 3));
    for (std::vector<T>& operand : operands) {
        for (T& value : operand) value = normal(random);
        operand[2] = Limits<T>::infinity();
        operand[5] = -Limits<T>::denorm_min();
        operand[7] = T(3e7);  // is not reduced by vectors
    }
    return operands;
}

template <class T>
std::vector<T> results(EntryKernel<T> kernel, const std::vector<std::vector<T>>& operands,
                       std::size_t first, std::size_t length) {
    std::vector<std::vector<T>> parts;  // end where their memory ends
    std::vector<Columns<const T>> columns;
    for (const std::vector<T>& operand : operands)
        parts.emplace_back(operand.begin() + static_cast<std::ptrdiff_t>(first),
                           operand.begin() + static_cast<std::ptrdiff_t>(first + length));
    for (const std::vector<T>& part : parts) columns.emplace_back(part.data());
    std::vector<T> y(length);
    kernel({columns, some_attributes}, y.data(), length);
    return y;
}

template <class T>
void check_every_place(EntryKernel<T> kernel) {
    const std::vector<std::vector<T>> operands = some_operands<T>();
    const std::size_t count = operands.front().size();
    std::vector<T> alone;
    for (std::size_t i = 0; i < count; ++i)
        alone.push_back(results(kernel, operands, i, 1).front());
    for (std::size_t length = 1; length <= count; ++length)
        for (const std::size_t first : {std::size_t(0), (count - length) / 2, count - length}) {
            const std::vector<T> y = results(kernel, operands, first, length);
            for (std::size_t i = 0; i < length; ++i)
                REQUIRE(test::bits(y[i]) == test::bits(alone[first + i]));
        }
}

}  // namespace

TEST_CASE("vector functions: a result depends on its operands alone, not on place and length") {
    test::on_every_target([] {
        for_every_kernel([](FastKernels kernels) {
            check_every_place<double>(in_numbers<double>(kernels));
            check_every_place<float>(in_numbers<float>(kernels));
        });
    });
}
