#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/look_alike.hpp>
#include <revolute/tools/support/detail/name_list.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/text_encoding.hpp>
#include <revolute/tools/tables/csv.hpp>
#include <revolute/tools/tables/csv_shape.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace revolute {

Table Table::read(const std::filesystem::path& path, const CsvOptions& options) {
    const DecodedText decoded = decode_text(read_file(path), path.string(), options.encoding);
    Table table = parse(decoded.text, path.string(), options);
    table.encoding_ = decoded.encoding;
    return table;
}

Table Table::parse(std::string_view text, std::string source, const CsvOptions& options) {
    Table table;
    table.source_ = std::move(source);
    const std::optional<char> told = delimiter_of_first_line(text);
    const std::string_view rest =
        told ? text.substr(std::min(text.find_first_of("\r\n"), text.size())) : text;
    table.dialect_.delimiter = options.delimiter ? *options.delimiter
                               : told            ? *told
                                                 : detect_delimiter(rest, table.source_, options);
    std::vector<CsvRow> rows = csv_rows(rest, table.dialect_.delimiter, table.source_);
    if (told && !rows.empty()) rows.erase(rows.begin());  // what is left of that line: its end
    if (rows.empty())
        throw ParseError(fmt::format("{}: has no header row (it is empty)", table.source_));
    if (options.has_header.value_or(true)) table.lacked_row_names_ = name_row_names(rows);
    require_no_lines_above(rows, table.source_);
    table.dialect_.has_header =
        options.has_header ? *options.has_header : detect_header(rows, table.source_);
    table.take(std::move(rows));
    table.detect_signs(options);
    return table;
}

void Table::detect_signs(const CsvOptions& options) {
    told_signs_ = options.signs();
    signs_beside_ = options.beside;
    std::vector<SignVotes> of_columns(columns_.size());
    for (std::size_t i = 0; i < cells_.size(); ++i) of_columns[i % columns_.size()].add(cells_[i]);
    for (const SignVotes& votes : of_columns) votes_.add(votes);
    const NumberSigns signs = votes_.most(told_signs_, signs_beside_);
    for (const SignVotes& votes : of_columns)
        column_signs_.push_back(votes.most(told_signs_, signs));
    dialect_.decimal = signs.decimal;
    dialect_.thousands = signs.thousands;
}

void Table::take(std::vector<CsvRow> rows) {
    require_even_rows(rows, source_, dialect_);
    const std::size_t width = rows.front().cells.size();
    for (std::size_t i = 0; i < width; ++i)
        columns_.push_back(dialect_.has_header ? detail::printable(rows.front().cells[i])
                                               : fmt::format("column_{}", i + 1));
    for (std::size_t i = dialect_.has_header ? 1 : 0; i < rows.size(); ++i) {
        lines_.push_back(rows[i].line);
        std::ranges::move(rows[i].cells, std::back_inserter(cells_));
    }
}

std::string Table::how_read() const {
    std::vector<std::string> parts;
    if (encoding_ != "UTF-8") parts.push_back(fmt::format("in {} (--encoding)", encoding_));
    if (dialect_.delimiter != ',' && columns_.size() > 1)
        parts.push_back(
            fmt::format("with {} between cells (--delimiter)", sign_in_words(dialect_.delimiter)));
    if (dialect_.decimal != '.')
        parts.push_back(fmt::format("with {} as decimal sign (--decimal)",
                                    number_sign_in_words(dialect_.decimal)));
    if (dialect_.thousands != no_sign)
        parts.push_back(fmt::format("with {} between thousands (--thousands)",
                                    number_sign_in_words(dialect_.thousands)));
    if (!dialect_.has_header)
        parts.push_back(fmt::format("without a header (--header): columns are {}",
                                    detail::name_list(columns_)));
    if (lacked_row_names_)
        parts.push_back(
            fmt::format("with names of rows in the first column, which the header does "
                        "not name: it is \"{}\"",
                        row_names));
    return parts.empty() ? std::string() : fmt::format("read {}", fmt::join(parts, ", "));
}

namespace {

/// What may be meant by a name that no column has.
std::string meant_column(const std::string& name, const std::vector<std::string>& columns) {
    const std::optional<std::string> alike = detail::look_alike(name, columns);
    if (!alike) return detail::did_you_mean(name, columns);
    return fmt::format("\n  did you mean \"{}\"? it is \"{}\" in the table, \"{}\" is asked for",
                       *alike, detail::with_numbers(*alike), detail::with_numbers(name));
}

}  // namespace

std::size_t Table::column(std::string_view given) const {
    const std::string name = detail::printable(given);
    const auto count = std::count(columns_.begin(), columns_.end(), name);
    if (count != 1)
        throw ParseError(fmt::format(
            "{}: {} column is called \"{}\"{}\n  columns are: {}{}", source_,
            count == 0 ? "no" : "more than one", name,
            count == 0 ? meant_column(name, columns_) : std::string(), detail::name_list(columns_),
            count == 0 ? "" : "\n  give them different names in the first row"));
    return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), name) -
                                    columns_.begin());
}

namespace {

std::string quoted_if_needed(std::string cell) {
    if (cell.find_first_of(",\"\r\n") == cell.npos) return cell;
    for (std::size_t i = 0; (i = cell.find('"', i)) != cell.npos; i += 2) cell.insert(i, 1, '"');
    return fmt::format("\"{}\"", cell);
}

std::string csv_number(double value) {
    return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

}  // namespace

std::string to_csv(const TextColumn& first, const std::vector<NumberColumn>& columns) {
    for (const NumberColumn& column : columns)
        if (column.values.size() != first.values.size())
            throw ShapeError(
                fmt::format("to_csv: columns must be equally long\n  \"{}\" has {}, \"{}\" has {}",
                            first.name, detail::plural(first.values.size(), "row"), column.name,
                            detail::plural(column.values.size(), "row")));
    std::string text = quoted_if_needed(first.name);
    for (const NumberColumn& column : columns) text += ',' + quoted_if_needed(column.name);
    text += '\n';
    for (std::size_t row = 0; row < first.values.size(); ++row) {
        text += quoted_if_needed(first.values[row]);
        for (const NumberColumn& column : columns) text += ',' + csv_number(column.values[row]);
        text += '\n';
    }
    return text;
}

std::string to_csv(const std::vector<NumberColumn>& columns) {
    TextColumn first{columns.front().name, {}};
    for (const double value : columns.front().values) first.values.push_back(csv_number(value));
    return to_csv(first, {columns.begin() + 1, columns.end()});
}

}  // namespace revolute
