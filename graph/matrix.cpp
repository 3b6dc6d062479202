#include <revolute/graph/matrix.hpp>

#include <fmt/format.h>

#include <revolute/graph/error.hpp>

namespace revolute {

std::string to_string(Shape shape) {
    return fmt::format("[{} x {}]", shape.rows, shape.columns);
}

Matrix::Matrix(int rows, int columns, double fill) : shape_{rows, columns} {
    if (rows < 0 || columns < 0)
        throw ShapeError(fmt::format("matrix: sizes must not be negative ({} x {})", rows, columns));
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
            throw ShapeError(fmt::format("matrix: all rows must have as many entries as row 0 ({}), "
                                         "row {} has {}",
                                         columns, r, row.size()));
        int c = 0;
        for (const double value : row) matrix(r, c++) = value;
        ++r;
    }
    return matrix;
}

}  // namespace revolute
