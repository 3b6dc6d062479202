#include <revolute/graph/values/error.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

namespace revolute {

std::string to_string(Shape shape) { return fmt::format("[{} x {}]", shape.rows, shape.columns); }

std::ostream& operator<<(std::ostream& out, Shape shape) { return out << to_string(shape); }

std::string to_string(ConstMatrixView x) {
    if (x.size() == 0) return "[]";
    std::vector<std::string> entries;
    std::vector<std::size_t> widths;
    for (int c = 0; c < x.columns; ++c) {
        widths.push_back(0);
        for (const double value : x.column(c)) {
            entries.push_back(fmt::format("{:.6g}", printable(value)));
            widths.back() = std::max(widths.back(), entries.back().size());
        }
    }
    std::string text;
    for (int r = 0; r < x.rows; ++r) {
        text += r == 0 ? "[[" : "]\n [";
        for (int c = 0; c < x.columns; ++c) {
            const auto column = static_cast<std::size_t>(c);
            text += fmt::format(
                "{}{:>{}}", c == 0 ? "" : " ",
                entries[column * static_cast<std::size_t>(x.rows) + static_cast<std::size_t>(r)],
                widths[column]);
        }
    }
    return text + "]]";
}

std::ostream& operator<<(std::ostream& out, ConstMatrixView x) { return out << to_string(x); }

std::ostream& operator<<(std::ostream& out, const Matrix& x) { return out << ConstMatrixView(x); }

Matrix::Matrix(int rows, int columns, double fill) : shape_{rows, columns} {
    if (rows < 0 || columns < 0)
        throw ShapeError(
            fmt::format("matrix: sizes must not be negative ({} x {})", rows, columns));
    values_.assign(shape_.size(), fill);
}

Matrix::Matrix(int rows, int columns, std::vector<double> column_major) : Matrix(rows, columns) {
    if (column_major.size() != values_.size())
        throw ShapeError(fmt::format("matrix: a {} x {} matrix has {} entries ({} given)", rows,
                                     columns, values_.size(), column_major.size()));
    values_ = std::move(column_major);
}

Matrix Matrix::from_rows(std::initializer_list<std::initializer_list<double>> rows) {
    const int columns = rows.size() == 0 ? 0 : static_cast<int>(rows.begin()->size());
    Matrix matrix(static_cast<int>(rows.size()), columns);
    int r = 0;
    for (const auto& row : rows) {
        if (static_cast<int>(row.size()) != columns)
            throw ShapeError(
                fmt::format("matrix: all rows must have as many entries as row 0 ({}), "
                            "row {} has {}",
                            columns, r, row.size()));
        int c = 0;
        for (const double value : row) matrix(r, c++) = value;
        ++r;
    }
    return matrix;
}

double printable(double value) { return std::isnan(value) ? std::abs(value) : value; }

double larger(double a, double b) { return std::isnan(a) || a > b ? a : b; }

double largest_entry(ConstMatrixView x) {
    double largest = 0.0;
    for (const double value : x.values()) largest = larger(largest, std::abs(value));
    return largest;
}

double largest_difference(ConstMatrixView a, ConstMatrixView b) {
    if (a.shape() != b.shape())
        throw ShapeError(fmt::format("difference: shapes must be equal ({} and {})",
                                     to_string(a.shape()), to_string(b.shape())));
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = larger(largest, std::abs(a.data[i] - b.data[i]));
    return largest;
}

double relative_difference(ConstMatrixView x, ConstMatrixView reference) {
    const double difference = largest_difference(x, reference);
    if (difference == 0.0) return 0.0;
    const double scale = largest_entry(reference);
    return scale == 0.0 ? std::numeric_limits<double>::infinity() : difference / scale;
}

}  // namespace revolute
