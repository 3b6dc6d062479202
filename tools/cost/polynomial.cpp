#include <revolute/graph/cost/checked_count.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/cost/polynomial.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>

namespace revolute {

namespace {

using Powers = Polynomial::Powers;

int degree_of(const Powers& powers) { return std::accumulate(powers.begin(), powers.end(), 0); }

std::string monomial(std::int64_t coefficient, const Powers& powers,
                     std::span<const std::string_view> names) {
    std::string text;
    for (std::size_t i = 0; i < powers.size(); ++i) {
        if (powers[i] == 0) continue;
        text += text.empty() ? "" : " ";
        text += powers[i] == 1 ? std::string(names[i]) : fmt::format("{}^{}", names[i], powers[i]);
    }
    if (text.empty()) return std::to_string(coefficient);
    return coefficient == 1 ? text : fmt::format("{} {}", coefficient, text);
}

/// Writes the terms behind each other, signs between them.
void append_terms(std::string& text, const Polynomial& polynomial,
                  std::span<const std::string_view> names) {
    for (const auto& [powers, coefficient] : polynomial.terms()) {
        if (text.empty())
            text += coefficient < 0 ? "-" : "";
        else
            text += coefficient < 0 ? " - " : " + ";
        text += monomial(std::abs(coefficient), powers, names);
    }
}

std::string sum_of_terms(const Polynomial& polynomial, std::span<const std::string_view> names) {
    std::string text;
    append_terms(text, polynomial, names);
    return text;
}

/// What divides all terms, as one term.
std::pair<Powers, std::int64_t> common_factor(const Polynomial& polynomial) {
    std::pair<Powers, std::int64_t> factor = *polynomial.terms().begin();
    auto& [powers, divisor] = factor;
    for (const auto& [other, coefficient] : polynomial.terms()) {
        divisor = std::gcd(divisor, coefficient);
        for (std::size_t i = 0; i < powers.size(); ++i) powers[i] = std::min(powers[i], other[i]);
    }
    return factor;
}

std::string factored(const Polynomial& polynomial, std::span<const std::string_view> names) {
    if (polynomial.terms().size() < 2) return sum_of_terms(polynomial, names);
    const auto [common, divisor] = common_factor(polynomial);
    if (divisor == 1 && degree_of(common) == 0) return sum_of_terms(polynomial, names);
    Polynomial inside(polynomial.variables());
    for (const auto& [powers, coefficient] : polynomial.terms()) {
        Powers rest = powers;
        for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= common[i];
        inside.add(rest, coefficient / divisor);
    }
    return fmt::format("{} ({})", monomial(divisor, common, names), sum_of_terms(inside, names));
}

/// x (x - 1) ... (x - power + 1) of x = the variable - from.
Polynomial falling_power(std::size_t variables, std::size_t variable, std::int64_t from,
                         int power) {
    Polynomial product(variables);
    product.add(Powers(variables, 0), 1);
    for (int i = 0; i < power; ++i)
        product = product * Polynomial::linear(variables, variable, 1, -from - i);
    return product;
}

std::int64_t factorial(int n) {
    std::int64_t product = 1;
    for (int i = 2; i <= n; ++i) product = checked_product(product, i);
    return product;
}

/// The differences of the values at `from` in each direction, as often as each point of the lattice
/// says.
std::map<Powers, std::int64_t> differences(std::size_t variables, int degree,
                                           std::span<const std::int64_t> values) {
    const std::vector<Powers> points = lattice(variables, degree);
    std::map<Powers, std::int64_t> table;
    for (std::size_t i = 0; i < points.size(); ++i) table.emplace(points[i], values[i]);
    for (std::size_t variable = 0; variable < variables; ++variable) {
        for (int order = 1; order <= degree; ++order) {
            // From the highest exponent down, so that each difference is of what was there before.
            for (auto at = points.rbegin(); at != points.rend(); ++at) {
                if ((*at)[variable] < order) continue;
                Powers below = *at;
                --below[variable];
                table.at(*at) = checked_sum(table.at(*at), -table.at(below));
            }
        }
    }
    return table;
}

}  // namespace

bool Polynomial::HigherFirst::operator()(const Powers& a, const Powers& b) const {
    const int degree_a = degree_of(a), degree_b = degree_of(b);
    return degree_a != degree_b ? degree_a > degree_b : a > b;
}

Polynomial Polynomial::linear(std::size_t variables, std::size_t variable, std::int64_t factor,
                              std::int64_t constant) {
    Polynomial result(variables);
    Powers powers(variables, 0);
    result.add(powers, constant);
    powers[variable] = 1;
    result.add(powers, factor);
    return result;
}

void Polynomial::add(const Powers& powers, std::int64_t coefficient) {
    if (coefficient == 0) return;
    const auto [at, is_new] = terms_.emplace(powers, coefficient);
    if (is_new) return;
    at->second = checked_sum(at->second, coefficient);
    if (at->second == 0) terms_.erase(at);
}

Polynomial Polynomial::leading() const {
    Polynomial result(variables_);
    for (const auto& [powers, coefficient] : terms_)
        if (degree_of(powers) == degree_of(terms_.begin()->first)) result.add(powers, coefficient);
    return result;
}

std::int64_t Polynomial::operator()(std::span<const std::int64_t> values) const {
    std::int64_t sum = 0;
    for (const auto& [powers, coefficient] : terms_) {
        std::int64_t product = coefficient;
        for (std::size_t i = 0; i < powers.size(); ++i)
            for (int j = 0; j < powers[i]; ++j) product = checked_product(product, values[i]);
        sum = checked_sum(sum, product);
    }
    return sum;
}

Polynomial& Polynomial::operator+=(const Polynomial& other) {
    for (const auto& [powers, coefficient] : other.terms_) add(powers, coefficient);
    return *this;
}

Polynomial operator*(const Polynomial& a, const Polynomial& b) {
    Polynomial product(a.variables_);
    for (const auto& [powers_a, coefficient_a] : a.terms_)
        for (const auto& [powers_b, coefficient_b] : b.terms_) {
            Powers powers = powers_a;
            for (std::size_t i = 0; i < powers.size(); ++i) powers[i] += powers_b[i];
            product.add(powers, checked_product(coefficient_a, coefficient_b));
        }
    return product;
}

Polynomial operator*(std::int64_t factor, const Polynomial& a) {
    Polynomial product(a.variables_);
    for (const auto& [powers, coefficient] : a.terms_)
        product.add(powers, checked_product(factor, coefficient));
    return product;
}

std::string to_string(const Polynomial& polynomial, std::span<const std::string_view> names) {
    return polynomial.terms().empty() ? "0" : sum_of_terms(polynomial, names);
}

std::string to_factored_string(const Polynomial& polynomial,
                               std::span<const std::string_view> names) {
    if (polynomial.terms().empty()) return "0";
    const Polynomial leading = polynomial.leading();
    Polynomial rest = polynomial;
    rest += -1 * leading;
    std::string text = factored(leading, names);
    append_terms(text, rest, names);
    return text;
}

std::vector<Powers> lattice(std::size_t variables, int degree) {
    std::vector<Powers> points{Powers(variables, 0)};
    for (std::size_t variable = 0; variable < variables; ++variable) {
        const std::vector<Powers> before = std::move(points);
        points.clear();
        for (const Powers& point : before)
            for (int power = 0; power + degree_of(point) <= degree; ++power) {
                points.push_back(point);
                points.back()[variable] = power;
            }
    }
    return points;
}

Polynomial fit_polynomial(std::span<const std::int64_t> from, int degree,
                          std::span<const std::int64_t> values) {
    const std::size_t variables = from.size();
    const std::int64_t denominator = factorial(degree);  // divided by those of all exponents
    Polynomial multiple(variables);
    for (const auto& [powers, difference] : differences(variables, degree, values)) {
        std::int64_t divisor = 1;
        Polynomial product(variables);
        product.add(Powers(variables, 0), 1);
        for (std::size_t i = 0; i < variables; ++i) {
            divisor *= factorial(powers[i]);
            product = product * falling_power(variables, i, from[i], powers[i]);
        }
        multiple += checked_product(difference, denominator / divisor) * product;
    }
    Polynomial result(variables);
    for (const auto& [powers, coefficient] : multiple.terms()) {
        if (coefficient % denominator != 0)
            throw InternalError(
                fmt::format("fit_polynomial: coefficients must be whole ({}/{} of one)",
                            coefficient, denominator));
        result.add(powers, coefficient / denominator);
    }
    return result;
}

}  // namespace revolute
