#pragma once

/// @file
/// Tables of text cells, read from CSV and written as CSV.

#include <revolute/tools/tables/csv_dialect.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// A table of text cells, as in a CSV file. Every row has as many cells as the first. Where no row
/// names the columns they are called column_1, column_2, ...
///
/// How bytes become a table: `decode_text` makes text of them, `detect_delimiter` and `csv_rows`
/// rows, `detect_header` and `SignVotes` say what the rows are.
class Table {
 public:
    /// Throws FileError when the file cannot be read, and what `decode_text` and `parse` throw.
    static Table read(const std::filesystem::path& path, const CsvOptions& options = {});
    /// Throws ParseError naming `source` and the line.
    static Table parse(std::string_view text, std::string source, const CsvOptions& options = {});

    /// What errors call it: the path of the file.
    const std::string& source() const { return source_; }
    /// As iconv calls it.
    const std::string& encoding() const { return encoding_; }
    /// How the file was read: delimiter, signs of numbers, header.
    const CsvDialect& dialect() const { return dialect_; }
    /// The signs that were told, and not detected.
    const ToldSigns& told_signs() const { return told_signs_; }
    /// The signs of the table that this one goes on from.
    const std::optional<NumberSigns>& signs_beside() const { return signs_beside_; }
    /// How a column's numbers are written: by the signs that read most of them; the table's, where
    /// several do.
    NumberSigns signs(std::size_t column) const { return column_signs_[column]; }
    /// The table's signs: those that read most numbers.
    NumberSigns signs() const { return {dialect_.decimal, dialect_.thousands}; }
    /// Whether these signs read every number of the table that any signs read.
    bool reads_all(NumberSigns signs) const { return votes_.are_all_by(signs); }
    /// How the file was read, where it is not UTF-8 with commas, decimal points and a header; empty
    /// where it is.
    std::string how_read() const;

    /// Their names. A name in several lines is one with blanks for the line ends, and so for all
    /// control characters.
    const std::vector<std::string>& columns() const { return columns_; }
    /// Number of rows, without that of names.
    std::size_t row_count() const { return lines_.size(); }
    /// The text of a cell, both numbers from 0.
    const std::string& cell(std::size_t row, std::size_t column) const {
        return cells_[row * columns_.size() + column];
    }
    /// The line of the file that a row begins on.
    int line(std::size_t row) const { return lines_[row]; }

    /// Number of the column with this name. Throws ParseError listing the columns when there is
    /// none, or when several have the name, which may be given as the file has it.
    std::size_t column(std::string_view name) const;
    /// The number in a cell; none when it is not a finite number.
    std::optional<double> number(std::size_t row, std::size_t column) const {
        return to_number(cell(row, column), column_signs_[column]);
    }

 private:
    Table() = default;
    void take(std::vector<CsvRow> rows);
    void detect_signs(const CsvOptions& options);

    std::string source_;
    std::string encoding_ = "UTF-8";
    bool lacked_row_names_ = false;  // the name of the first column
    CsvDialect dialect_;
    ToldSigns told_signs_;
    std::optional<NumberSigns> signs_beside_;
    SignVotes votes_;
    std::vector<NumberSigns> column_signs_;
    std::vector<std::string> columns_;
    std::vector<std::string> cells_;  // row by row
    std::vector<int> lines_;          // by row: the line it starts on
};

/// A column of numbers to be written; NaN is written as an empty cell.
struct NumberColumn {
    std::string name;            ///< in the header row
    std::vector<double> values;  ///< by row
};

/// A column of texts.
struct TextColumn {
    std::string name;                 ///< in the header row
    std::vector<std::string> values;  ///< by row
};

/// Columns of equal length as CSV, with a header row; numbers are the shortest that read back to
/// the same bits. Throws ShapeError when lengths differ.
std::string to_csv(const std::vector<NumberColumn>& columns);
/// The same with a column of texts before them.
std::string to_csv(const TextColumn& first, const std::vector<NumberColumn>& columns);

}  // namespace revolute
