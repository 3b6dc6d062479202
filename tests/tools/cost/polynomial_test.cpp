// Polynomials: arithmetic, how they are printed, and how they are found from values.

#include "support/message.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/cost/polynomial.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

constexpr std::array<std::string_view, 2> names{"x", "y"};

/// a + b x + c y + d x y + e y^2
Polynomial polynomial(std::array<std::int64_t, 5> coefficients) {
    Polynomial p(2);
    const std::array<Polynomial::Powers, 5> powers{{{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}}};
    for (std::size_t i = 0; i < powers.size(); ++i) p.add(powers[i], coefficients[i]);
    return p;
}

template <class Function>
Polynomial fitted(std::array<std::int64_t, 2> from, int degree, const Function& f) {
    std::vector<std::int64_t> values;
    for (const Polynomial::Powers& p : lattice(2, degree))
        values.push_back(f(from[0] + p[0], from[1] + p[1]));
    return fit_polynomial(from, degree, values);
}

}  // namespace

TEST_CASE("polynomial: its value is the sum of its terms") {
    const std::array<std::int64_t, 2> at{3, 10};
    CHECK(polynomial({5, 7, -2, 4, 1})(at) == 5 + 7 * 3 - 2 * 10 + 4 * 3 * 10 + 10 * 10);
}

TEST_CASE("polynomial: terms that cancel are gone") {
    Polynomial p = polynomial({1, 2, 0, 0, 0});
    p += polynomial({-1, 2, 0, 0, 0});
    CHECK(p == polynomial({0, 4, 0, 0, 0}));
}

TEST_CASE("polynomial: a product has the products of all terms") {
    const Polynomial x = Polynomial::linear(2, 0, 1, 0), y = Polynomial::linear(2, 1, 3, -2);
    CHECK(x * y == polynomial({0, -2, 0, 3, 0}));
}

TEST_CASE("polynomial: it is printed with the highest terms first") {
    CHECK(to_string(polynomial({-5, 7, -1, 1, 2}), names) == "x y + 2 y^2 + 7 x - y - 5");
    CHECK(to_string(polynomial({0, -1, 0, 0, 0}), names) == "-x");
    CHECK(to_string(polynomial({}), names) == "0");
}

TEST_CASE("polynomial: what the leading terms share stands before a bracket") {
    CHECK(to_factored_string(polynomial({-5, 7, 0, 6, 4}), names) == "2 y (3 x + 2 y) + 7 x - 5");
    CHECK(to_factored_string(polynomial({0, 7, 0, 6, 0}), names) == "6 x y + 7 x");
    CHECK(to_factored_string(polynomial({1, 1, 1, 0, 0}), names) == "x + y + 1");
    CHECK(to_factored_string(polynomial({}), names) == "0");
}

TEST_CASE("lattice: it holds every point with coordinates that sum to the degree at most") {
    CHECK(lattice(2, 2) ==
          std::vector<Polynomial::Powers>{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {2, 0}});
}

TEST_CASE("fit_polynomial: it finds the polynomial that the values are of") {
    const Polynomial p = polynomial({5, 7, -2, 4, 1});
    CHECK(fitted({-3, 11}, 2, [&](std::int64_t x, std::int64_t y) {
              return p(std::array{x, y});
          }) == p);
    CHECK(fitted({4, 2}, 4, [&](std::int64_t x, std::int64_t y) {
              return p(std::array{x, y});
          }) == p);
}

TEST_CASE("fit_polynomial: coefficients that are not whole are refused") {
    const auto triangle = [](std::int64_t x, std::int64_t) { return x * (x + 1) / 2; };
    CHECK(message_of<InternalError>([&] {
              fitted({1, 1}, 2, triangle);
          }) == "fit_polynomial: coefficients must be whole (1/2 of one)");
}
