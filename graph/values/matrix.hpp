#pragma once

#include <revolute/graph/values/shape.hpp>

#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace revolute {

/// Look at a column-major matrix that somebody else owns; read-only where the numbers are const.
/// Entry (r, c) is data[r + c * rows].
template <class Number>
struct BasicMatrixView {
    Number* data = nullptr;
    int rows = 0;
    int columns = 0;

    constexpr Shape shape() const { return {rows, columns}; }
    constexpr std::size_t size() const { return shape().size(); }
    std::span<Number> values() const { return {data, size()}; }
    std::span<Number> column(int number) const {
        return {data + static_cast<std::size_t>(number) * static_cast<std::size_t>(rows),
                static_cast<std::size_t>(rows)};
    }
    Number& operator()(int row, int column) const {
        return data[static_cast<std::size_t>(column) * static_cast<std::size_t>(rows) +
                    static_cast<std::size_t>(row)];
    }
    operator BasicMatrixView<const Number>() const requires(!std::is_const_v<Number>) {
        return {data, rows, columns};
    }
};

using MatrixView = BasicMatrixView<double>;
using ConstMatrixView = BasicMatrixView<const double>;

/// Column-major matrix of doubles: the one type of value that crosses the library's boundary.
class Matrix {
 public:
    /// 0 x 0: no value.
    Matrix() = default;
    Matrix(const Matrix&) = default;
    Matrix& operator=(const Matrix&) = default;
    /// What is moved from is 0 x 0.
    Matrix(Matrix&& other) noexcept
        : shape_(std::exchange(other.shape_, {0, 0})), values_(std::exchange(other.values_, {})) {}
    Matrix& operator=(Matrix&& other) noexcept {
        shape_ = std::exchange(other.shape_, {0, 0});
        values_ = std::exchange(other.values_, {});
        return *this;
    }
    ~Matrix() = default;
    /// rows x columns, every entry `fill`. Throws ShapeError when a size is negative.
    Matrix(int rows, int columns, double fill = 0.0);
    explicit Matrix(Shape shape, double fill = 0.0) : Matrix(shape.rows, shape.columns, fill) {}
    /// Takes entries in column-major order. Throws ShapeError unless there are rows * columns.
    Matrix(int rows, int columns, std::vector<double> column_major);
    Matrix(int rows, int columns, std::initializer_list<double> column_major)
        : Matrix(rows, columns, std::vector<double>(column_major)) {}
    /// Entries as one writes a matrix, row by row. Throws ShapeError when rows differ in length.
    static Matrix from_rows(std::initializer_list<std::initializer_list<double>> rows);

    int rows() const { return shape_.rows; }
    int columns() const { return shape_.columns; }
    Shape shape() const { return shape_; }
    std::size_t size() const { return values_.size(); }
    bool empty() const { return values_.empty(); }
    double* data() { return values_.data(); }
    const double* data() const { return values_.data(); }
    std::span<double> values() & { return values_; }
    std::span<const double> values() const& { return values_; }
    /// Of a matrix that goes, such as `evaluate(...)` at the head of a loop: no span.
    std::vector<double> values() && {
        shape_ = {0, 0};
        return std::move(values_);
    }

    double& operator()(int row, int column) { return MatrixView(*this)(row, column); }
    double operator()(int row, int column) const { return ConstMatrixView(*this)(row, column); }
    operator MatrixView() { return {values_.data(), shape_.rows, shape_.columns}; }
    operator ConstMatrixView() const { return {values_.data(), shape_.rows, shape_.columns}; }

    friend bool operator==(const Matrix&, const Matrix&) = default;

 private:
    Shape shape_{0, 0};
    std::vector<double> values_;
};

/// The entries to six digits, a row a line, for a look at them: "[[ 0.5 -1]\n [-0.25 2]]". "[]"
/// without entries.
std::string to_string(ConstMatrixView x);
std::ostream& operator<<(std::ostream& out, ConstMatrixView x);
std::ostream& operator<<(std::ostream& out, const Matrix& x);

/// The number as it is printed: a NaN may have a sign, which means nothing and is taken away.
double printable(double value);
/// The larger of two numbers, but NaN once one is: a maximum that hides nothing.
double larger(double a, double b);
/// Largest absolute entry; 0 for no entries, NaN when an entry is NaN.
double largest_entry(ConstMatrixView x);
/// Largest absolute difference of two matrices. Throws ShapeError unless the shapes are equal.
double largest_difference(ConstMatrixView a, ConstMatrixView b);
/// largest_difference(x, reference) / largest_entry(reference). A reference of zeros must be met
/// exactly: 0 when it is, infinity when not.
double relative_difference(ConstMatrixView x, ConstMatrixView reference);

}  // namespace revolute
