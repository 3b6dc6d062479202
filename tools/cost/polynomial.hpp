#pragma once

/// @file
/// Polynomials with whole coefficients, and their interpolation.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// A polynomial in several variables with whole coefficients, exact. Arithmetic throws
/// CapacityError when a coefficient does not fit into 64 bits.
class Polynomial {
 public:
    /// The exponent of each variable.
    using Powers = std::vector<int>;
    /// Sums of exponents descend; among equal ones, the exponent of the first variable, and so on.
    struct HigherFirst {
        /// Whether the term with powers `a` is printed before that with `b`.
        bool operator()(const Powers& a, const Powers& b) const;
    };

    /// Zero.
    explicit Polynomial(std::size_t variables) : variables_(variables) {}
    /// factor x + constant, x the variable of that number.
    static Polynomial linear(std::size_t variables, std::size_t variable, std::int64_t factor,
                             std::int64_t constant);

    /// Number of variables.
    std::size_t variables() const { return variables_; }
    /// Coefficients, none of them zero, in the order in which they are printed.
    const std::map<Powers, std::int64_t, HigherFirst>& terms() const { return terms_; }
    /// Adds one term to the polynomial.
    void add(const Powers& powers, std::int64_t coefficient);
    /// The terms with the highest sum of exponents.
    Polynomial leading() const;

    /// The value, a number for each variable.
    std::int64_t operator()(std::span<const std::int64_t> values) const;

    /// Adds a polynomial in the same variables.
    Polynomial& operator+=(const Polynomial& other);
    ///@{
    /// The product. Throws as all arithmetic does.
    friend Polynomial operator*(const Polynomial& a, const Polynomial& b);
    friend Polynomial operator*(std::int64_t factor, const Polynomial& a);
    ///@}
    friend bool operator==(const Polynomial&, const Polynomial&) = default;

 private:
    std::size_t variables_;
    std::map<Powers, std::int64_t, HigherFirst> terms_;
};

/// "2 N B I H + 2 N B H^2 - H": a space multiplies.
std::string to_string(const Polynomial& polynomial, std::span<const std::string_view> names);
/// The same with what all leading terms share before a bracket: "2 N B H (I + H) - H".
std::string to_factored_string(const Polynomial& polynomial,
                               std::span<const std::string_view> names);

/// All exponents whose sum is at most the degree: where `fit_polynomial` asks for values.
std::vector<Polynomial::Powers> lattice(std::size_t variables, int degree);

/// The polynomial of at most that degree whose values at the points from + p, p in the lattice, are
/// these (Newton's interpolation on the principal lattice). Throws InternalError when its
/// coefficients are not whole.
Polynomial fit_polynomial(std::span<const std::int64_t> from, int degree,
                          std::span<const std::int64_t> values);

}  // namespace revolute
