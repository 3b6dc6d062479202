#pragma once

/// @file
/// `Matrix`, values that cross the library's boundary, and views of matrices that somebody else
/// owns.

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
    Number* data = nullptr;  ///< entry (0, 0)
    int rows = 0;            ///< height
    int columns = 0;         ///< width

    /// Rows and columns.
    constexpr Shape shape() const { return {rows, columns}; }
    /// Number of entries.
    constexpr std::size_t size() const { return shape().size(); }
    /// All entries, column by column.
    std::span<Number> values() const { return {data, size()}; }
    /// The entries of one column.
    std::span<Number> column(int number) const {
        return {data + static_cast<std::size_t>(number) * static_cast<std::size_t>(rows),
                static_cast<std::size_t>(rows)};
    }
    /// The entry in that row and column, which must be there: nothing is checked.
    Number& operator()(int row, int column) const {
        return data[static_cast<std::size_t>(column) * static_cast<std::size_t>(rows) +
                    static_cast<std::size_t>(row)];
    }
    /// The same view, read-only.
    operator BasicMatrixView<const Number>() const requires(!std::is_const_v<Number>) {
        return {data, rows, columns};
    }
};

/// Look at a matrix of doubles that may be written.
using MatrixView = BasicMatrixView<double>;
/// Look at a matrix of doubles.
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
    /// What is moved from is 0 x 0.
    Matrix& operator=(Matrix&& other) noexcept {
        shape_ = std::exchange(other.shape_, {0, 0});
        values_ = std::exchange(other.values_, {});
        return *this;
    }
    ~Matrix() = default;
    /// rows x columns, every entry `fill`. Throws ShapeError when a size is negative.
    Matrix(int rows, int columns, double fill = 0.0);
    /// The same of a shape.
    explicit Matrix(Shape shape, double fill = 0.0) : Matrix(shape.rows, shape.columns, fill) {}
    /// Takes entries in column-major order. Throws ShapeError unless there are rows * columns.
    Matrix(int rows, int columns, std::vector<double> column_major);
    /// The same of entries in braces.
    Matrix(int rows, int columns, std::initializer_list<double> column_major)
        : Matrix(rows, columns, std::vector<double>(column_major)) {}
    /// Entries as one writes a matrix, row by row. Throws ShapeError when rows differ in length.
    static Matrix from_rows(std::initializer_list<std::initializer_list<double>> rows);

    /// Height.
    int rows() const { return shape_.rows; }
    /// Width.
    int columns() const { return shape_.columns; }
    /// Rows and columns.
    Shape shape() const { return shape_; }
    /// Number of entries.
    std::size_t size() const { return values_.size(); }
    /// Whether there is no entry.
    bool empty() const { return values_.empty(); }
    ///@{
    /// The entries, column by column; entry (r, c) is data()[r + c * rows()].
    double* data() { return values_.data(); }
    const double* data() const { return values_.data(); }
    std::span<double> values() & { return values_; }
    std::span<const double> values() const& { return values_; }
    ///@}
    /// Of a matrix that goes, such as `evaluate(...)` at the head of a loop: no span.
    std::vector<double> values() && {
        shape_ = {0, 0};
        return std::move(values_);
    }

    ///@{
    /// The entry in that row and column, which must be there: nothing is checked.
    double& operator()(int row, int column) { return MatrixView(*this)(row, column); }
    double operator()(int row, int column) const { return ConstMatrixView(*this)(row, column); }
    ///@}
    ///@{
    /// A look at the matrix, valid until it is moved, assigned to or gone.
    operator MatrixView() { return {values_.data(), shape_.rows, shape_.columns}; }
    operator ConstMatrixView() const { return {values_.data(), shape_.rows, shape_.columns}; }
    ///@}

    friend bool operator==(const Matrix&, const Matrix&) = default;

 private:
    Shape shape_{0, 0};
    std::vector<double> values_;
};

/// The entries to six digits, a row a line, for a look at them: "[[ 0.5 -1]\n [-0.25 2]]". "[]"
/// without entries.
std::string to_string(ConstMatrixView x);
///@{
/// Writes what `to_string` says.
std::ostream& operator<<(std::ostream& out, ConstMatrixView x);
std::ostream& operator<<(std::ostream& out, const Matrix& x);
///@}

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
