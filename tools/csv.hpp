#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// A table of text cells with a header row, as in a CSV file (RFC 4180: cells may be quoted; a quote
/// in them is doubled; lines end in LF or CRLF). A byte order mark and empty lines at the end are
/// passed over. Every row has as many cells as the header.
class Table {
 public:
    /// Throws FileError when the file cannot be read, and what `parse` throws.
    static Table read(const std::filesystem::path& path);
    /// Throws ParseError naming `source` and the line.
    static Table parse(std::string_view text, std::string source);

    /// What errors call it: the path of the file.
    const std::string& source() const { return source_; }
    const std::vector<std::string>& columns() const { return columns_; }
    std::size_t row_count() const { return lines_.size(); }

    /// Number of the column with this name. Throws ParseError listing the columns when there is
    /// none, or when several have the name.
    std::size_t column(std::string_view name) const;
    /// The column as numbers. Throws ParseError naming line and column of the first cell that is
    /// empty or not a finite number.
    std::vector<double> numbers(std::size_t column) const;
    /// Whether every cell of the column is a finite number.
    bool is_numeric(std::size_t column) const;

 private:
    Table() = default;
    const std::string& cell(std::size_t row, std::size_t column) const {
        return cells_[row * columns_.size() + column];
    }

    std::string source_;
    std::vector<std::string> columns_;
    std::vector<std::string> cells_;  // row by row
    std::vector<int> lines_;          // by row: the line it starts on
};

/// The finite number that the whole text is, blanks around it aside; none when it is not one. A
/// decimal point is a point whatever the locale.
std::optional<double> to_number(std::string_view text);

/// A column of numbers to be written; NaN is written as an empty cell.
struct NumberColumn {
    std::string name;
    std::vector<double> values;
};

/// Columns of equal length as CSV, with a header row; numbers are the shortest that read back to
/// the same bits. Throws ShapeError when lengths differ.
std::string to_csv(const std::vector<NumberColumn>& columns);

}  // namespace revolute
