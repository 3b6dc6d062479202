#include <revolute/graph/error.hpp>
#include <revolute/tools/csv.hpp>
#include <revolute/tools/detail/plural.hpp>
#include <revolute/tools/output_file.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace revolute {

namespace {

struct Row {
    int line = 1;
    std::vector<std::string> cells;

    bool is_empty_line() const { return cells.size() == 1 && cells.front().empty(); }
};

/// Splits text into rows of cells.
class Splitter {
 public:
    Splitter(std::string_view text, const std::string& source) : text_(text), source_(source) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
    }

    std::vector<Row> rows() {
        std::vector<Row> result;
        while (!text_.empty()) result.push_back(row());
        while (!result.empty() && result.back().is_empty_line()) result.pop_back();
        return result;
    }

 private:
    Row row() {
        Row result{line_, {}};
        do result.cells.push_back(text_.starts_with('"') ? quoted_cell() : plain_cell());
        while (take(","));
        if (!take("\r\n") && !take("\n") && !text_.empty())
            throw ParseError(fmt::format(
                "{}: a closing quote must be followed by a comma or the end of the line\n  line {}",
                source_, line_));
        ++line_;
        return result;
    }

    std::string plain_cell() {
        std::size_t end = std::min(text_.find_first_of(",\n"), text_.size());
        if (end > 0 && end < text_.size() && text_[end] == '\n' && text_[end - 1] == '\r') --end;
        return std::string(take_first(end));
    }

    std::string quoted_cell() {
        const int first_line = line_;
        std::string cell;
        take("\"");
        while (true) {
            const std::size_t end = text_.find('"');
            if (end == text_.npos)
                throw ParseError(fmt::format("{}: the quote opened in line {} is never closed",
                                             source_, first_line));
            const std::string_view part = take_first(end);
            line_ += static_cast<int>(std::count(part.begin(), part.end(), '\n'));
            cell += part;
            take("\"");
            if (!take("\"")) return cell;
            cell += '"';  // doubled: stands for one
        }
    }

    std::string_view take_first(std::size_t count) {
        const std::string_view taken = text_.substr(0, count);
        text_.remove_prefix(count);
        return taken;
    }

    bool take(std::string_view token) {
        if (!text_.starts_with(token)) return false;
        text_.remove_prefix(token.size());
        return true;
    }

    std::string_view text_;
    const std::string& source_;
    int line_ = 1;
};

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

Table Table::read(const std::filesystem::path& path) {
    return parse(read_file(path), path.string());
}

Table Table::parse(std::string_view text, std::string source) {
    Table table;
    table.source_ = std::move(source);
    std::vector<Row> rows = Splitter(text, table.source_).rows();
    if (rows.empty())
        throw ParseError(fmt::format("{}: has no header row (it is empty)", table.source_));
    table.columns_ = std::move(rows.front().cells);
    for (std::size_t i = 1; i < rows.size(); ++i) {
        std::vector<std::string>& cells = rows[i].cells;
        if (cells.size() != table.columns_.size())
            throw ParseError(
                fmt::format("{}: every row must have as many cells as the header\n"
                            "  line {} has {}, the header has {}",
                            table.source_, rows[i].line, detail::plural(cells.size(), "cell"),
                            table.columns_.size()));
        table.lines_.push_back(rows[i].line);
        std::move(cells.begin(), cells.end(), std::back_inserter(table.cells_));
    }
    return table;
}

std::size_t Table::column(std::string_view name) const {
    const auto count = std::count(columns_.begin(), columns_.end(), name);
    if (count != 1)
        throw ParseError(fmt::format("{}: {} column is called \"{}\"\n  columns are: {}", source_,
                                     count == 0 ? "no" : "more than one", name,
                                     fmt::join(columns_, ", ")));
    return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), name) -
                                    columns_.begin());
}

std::vector<double> Table::numbers(std::size_t column) const {
    std::vector<double> values;
    for (std::size_t row = 0; row < row_count(); ++row) {
        const std::string& text = cell(row, column);
        const auto value = to_number(text);
        if (!value)
            throw ParseError(fmt::format(
                "{}: every cell of the column must be a finite number ({})\n"
                "  line {}, column {} \"{}\"",
                source_, without_blanks(text).empty() ? "it is empty" : fmt::format("\"{}\"", text),
                lines_[row], column + 1, columns_[column]));
        values.push_back(*value);
    }
    return values;
}

bool Table::is_numeric(std::size_t column) const {
    for (std::size_t row = 0; row < row_count(); ++row)
        if (!to_number(cell(row, column))) return false;
    return row_count() > 0;
}

std::optional<double> to_number(std::string_view text) {
    text = without_blanks(text);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

namespace {

std::string quoted_if_needed(std::string name) {
    if (name.find_first_of(",\"\r\n") == name.npos) return name;
    for (std::size_t i = 0; (i = name.find('"', i)) != name.npos; i += 2) name.insert(i, 1, '"');
    return fmt::format("\"{}\"", name);
}

}  // namespace

std::string to_csv(const std::vector<NumberColumn>& columns) {
    const std::size_t rows = columns.empty() ? 0 : columns.front().values.size();
    for (const NumberColumn& column : columns)
        if (column.values.size() != rows)
            throw ShapeError(
                fmt::format("to_csv: columns must be equally long\n  \"{}\" has {}, \"{}\" has {}",
                            columns.front().name, detail::plural(rows, "row"), column.name,
                            detail::plural(column.values.size(), "row")));
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        text += quoted_if_needed(columns[i].name);
        text += i + 1 < columns.size() ? ',' : '\n';
    }
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const double value = columns[i].values[row];
            if (!std::isnan(value)) text += fmt::format("{}", value);
            text += i + 1 < columns.size() ? ',' : '\n';
        }
    return text;
}

}  // namespace revolute
