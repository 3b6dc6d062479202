#pragma once

#include <revolute/graph/values/matrix.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

// Matrices of complex numbers, for derivatives by a complex step (Squire and Trapp 1998): the
// imaginary part of f(x + i s) / s is f'(x), and nothing cancels.

namespace revolute::test {

using Complex = std::complex<double>;

/// Column-major. An operand of one column, or of one row and one column, stands for as many as the
/// other has.
class ComplexMatrix {
 public:
    ComplexMatrix() = default;
    ComplexMatrix(int rows, int columns, Complex fill = 0)
        : rows_(rows),
          columns_(columns),
          values_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), fill) {}
    // NOLINTNEXTLINE(google-explicit-constructor): a number beside a matrix is one
    ComplexMatrix(double number) : ComplexMatrix(1, 1, number) {}
    explicit ComplexMatrix(const Matrix& values)
        : rows_(values.rows()),
          columns_(values.columns()),
          values_(values.values().begin(), values.values().end()) {}

    int rows() const { return rows_; }
    int columns() const { return columns_; }
    std::vector<Complex>& values() { return values_; }
    const std::vector<Complex>& values() const { return values_; }
    Complex& operator()(int r, int c) { return values_[place(r, c)]; }
    Complex operator()(int r, int c) const { return values_[place(r, c)]; }
    /// The entry that stands there where this has one row, or one column, for all.
    Complex repeated(int r, int c) const {
        return (*this)(rows_ == 1 ? 0 : r, columns_ == 1 ? 0 : c);
    }

 private:
    std::size_t place(int r, int c) const {
        return static_cast<std::size_t>(c) * static_cast<std::size_t>(rows_) +
               static_cast<std::size_t>(r);
    }

    int rows_ = 0, columns_ = 0;
    std::vector<Complex> values_;
};

/// Each entry of one operand with that of the other.
template <class Function>
ComplexMatrix entrywise(const ComplexMatrix& a, const ComplexMatrix& b, Function function) {
    ComplexMatrix y(std::max(a.rows(), b.rows()), std::max(a.columns(), b.columns()));
    for (int c = 0; c < y.columns(); ++c)
        for (int r = 0; r < y.rows(); ++r) y(r, c) = function(a.repeated(r, c), b.repeated(r, c));
    return y;
}

template <class Function>
ComplexMatrix entrywise(ComplexMatrix x, Function function) {
    for (Complex& value : x.values()) value = function(value);
    return x;
}

inline ComplexMatrix operator+(const ComplexMatrix& a, const ComplexMatrix& b) {
    return entrywise(a, b, [](Complex x, Complex y) { return x + y; });
}
inline ComplexMatrix operator-(const ComplexMatrix& a, const ComplexMatrix& b) {
    return entrywise(a, b, [](Complex x, Complex y) { return x - y; });
}
inline ComplexMatrix operator/(const ComplexMatrix& a, const ComplexMatrix& b) {
    return entrywise(a, b, [](Complex x, Complex y) { return x / y; });
}
/// The product entry by entry, "o" in texts; a number times a matrix.
inline ComplexMatrix times(const ComplexMatrix& a, const ComplexMatrix& b) {
    return entrywise(a, b, [](Complex x, Complex y) { return x * y; });
}
/// The matrix product.
inline ComplexMatrix operator*(const ComplexMatrix& a, const ComplexMatrix& b) {
    ComplexMatrix y(a.rows(), b.columns());
    for (int c = 0; c < b.columns(); ++c)
        for (int k = 0; k < a.columns(); ++k)
            for (int r = 0; r < a.rows(); ++r) y(r, c) += a(r, k) * b(k, c);
    return y;
}
inline ComplexMatrix transposed(const ComplexMatrix& x) {
    ComplexMatrix y(x.columns(), x.rows());
    for (int c = 0; c < x.columns(); ++c)
        for (int r = 0; r < x.rows(); ++r) y(c, r) = x(r, c);
    return y;
}
inline ComplexMatrix tanh(const ComplexMatrix& x) {
    return entrywise(x, [](Complex v) { return std::tanh(v); });
}
inline ComplexMatrix sigmoid(const ComplexMatrix& x) {
    return entrywise(x, [](Complex v) { return 1.0 / (1.0 + std::exp(-v)); });
}
inline ComplexMatrix exp(const ComplexMatrix& x) {
    return entrywise(x, [](Complex v) { return std::exp(v); });
}
inline ComplexMatrix log(const ComplexMatrix& x) {
    return entrywise(x, [](Complex v) { return std::log(v); });
}
inline ComplexMatrix relu(const ComplexMatrix& x) {
    return entrywise(x, [](Complex v) { return v.real() > 0 ? v : Complex(0); });
}
inline Complex sum(const ComplexMatrix& x) {
    Complex total = 0;
    for (const Complex value : x.values()) total += value;
    return total;
}

}  // namespace revolute::test
