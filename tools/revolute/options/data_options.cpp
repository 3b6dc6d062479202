#include "data_options.hpp"

#include "option_values.hpp"
#include <revolute/tools/support/detail/shell_word.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace revolute {

namespace {

using SignNames = std::vector<std::pair<std::string, char>>;

/// The sign that a word names, or is.
std::optional<char> sign_called(const std::string& word, const SignNames& names) {
    for (const auto& [name, meant] : names)
        if (word == name || (meant != no_sign && word == std::string(1, meant))) return meant;
    return std::nullopt;
}

/// An option that is one character, some of which have names.
void add_sign(CLI::App& command, const std::string& option, std::optional<char>& sign,
              const std::string& what, const SignNames& names) {
    const auto read = [&sign, option, names](const std::string& word) {
        sign = sign_called(word, names);
        if (!sign && word.size() == 1) sign = word.front();
        if (!sign)
            throw CLI::ValidationError(
                option, fmt::format("must be one character, or its name ({})", word));
    };
    command.add_option_function<std::string>(option, read, what);
}

/// An option that is one of some characters, by itself or by its name, and not the decimal sign
/// where that is given: options are read in the order in which they are added.
void add_number_sign(CLI::App& command, const std::string& option, std::optional<char>& sign,
                     const std::string& what, const SignNames& names,
                     const std::optional<char>* decimal = nullptr) {
    const auto read = [&sign, option, names, decimal](const std::string& word) {
        sign = sign_called(word, names);
        if (!sign) {
            std::vector<std::string> list;
            list.reserve(names.size());
            for (const auto& [name, meant] : names) list.push_back(name);
            throw CLI::ValidationError(
                option, fmt::format("must be one of {} ({})", fmt::join(list, ", "), word));
        }
        if (decimal != nullptr && sign == *decimal)
            throw CLI::ValidationError(option,
                                       fmt::format("must not be the decimal sign too ({})", word));
    };
    command.add_option_function<std::string>(option, read, what);
}

void add_number_signs(CLI::App& command, CsvOptions& csv) {
    add_number_sign(command, "--decimal", csv.decimal,
                    "Decimal sign: point or comma; detected if left out",
                    {{"point", '.'}, {"comma", ','}});
    add_number_sign(
        command, "--thousands", csv.thousands,
        "Sign between thousands, as in 1,234,567: comma, point, space, apostrophe or "
        "none; detected if left out",
        {{"comma", ','}, {"point", '.'}, {"space", ' '}, {"apostrophe", '\''}, {"none", no_sign}},
        &csv.decimal);
}

Choices<Missing> missing_choices() {
    return {
        {"error", Missing::error}, {"drop", Missing::drop}, {"interpolate", Missing::interpolate}};
}

}  // namespace

void add_data_options(CLI::App& command, DataOptions& options) {
    CsvOptions& csv = options.csv;
    add_sign(command, "--delimiter", csv.delimiter,
             "What stands between cells: a character, or comma, semicolon, tab, bar, blanks; "
             "detected if left out",
             {{"comma", ','},
              {"semicolon", ';'},
              {"tab", '\t'},
              {"\\t", '\t'},
              {"bar", '|'},
              {"blanks", blanks}});
    add_number_signs(command, csv);
    command
        .add_option("--encoding", csv.encoding,
                    "Encoding of the table, as iconv calls it: UTF-8, UTF-16, ISO-8859-1, "
                    "WINDOWS-1252, ...; detected if left out")
        ->check(encoding_name());
    CLI::Option* const header = command.add_flag_callback(
        "--header", [&csv] { csv.has_header = true; }, "The first row names the columns");
    command
        .add_flag_callback(
            "--no-header", [&csv] { csv.has_header = false; },
            "The first row is data; columns are called column_1, column_2, ...")
        ->excludes(header);
    MissingRule& missing = options.series.missing;
    add_choice(command, "--missing", missing.then,
               "What is done about missing values and rows: refuse them, leave rows out, or draw "
               "a straight line",
               missing_choices());
    command
        .add_option(
            "--missing-values", missing.texts,
            "Texts and numbers that stand for a missing value, with commas between them, "
            "beside empty cells and in place of NA, NaN, null, -, ... Numbers far from all others, "
            "such as -9999, 65535 or 1e20, are missing too, unless `none` is among the texts")
        ->delimiter(',')
        ->allow_extra_args(false);
    command.add_option("--axis", options.series.axis.name,
                       "Column of the dates, or of other places at equal distances; row: rows are "
                       "counted; if left out the first column of dates, or the first of all");
    command
        .add_option("--date-format", options.series.axis.date_format,
                    "How dates are written, as for strptime: %d/%m/%Y; if left out ISO 8601, "
                    "2019-06-30")
        ->check(date_format());
}

std::string told_data_options(const CLI::App& command, const DataOptions& options) {
    std::string words;
    for (const char* const name :
         {"--delimiter", "--decimal", "--thousands", "--encoding", "--header", "--no-header",
          "--missing", "--missing-values", "--axis", "--date-format"}) {
        const CLI::Option& option = *command.get_option(name);
        if (option.empty()) continue;
        words += fmt::format(" {}", name);
        if (option.get_items_expected_max() == 0) continue;
        std::string value = fmt::format("{}", fmt::join(option.results(), ","));
        if (option.check_name("--missing"))  // whose result is the number of the choice
            for (const auto& [choice, stands_for] : missing_choices())
                if (stands_for == options.series.missing.then) value = choice;
        words += fmt::format(" {}", detail::shell_word(value));
    }
    return words;
}

void say_how_read(const Table& table, const Series& series) {
    if (const std::string how = table.how_read(); !how.empty())
        tell("{}: {}\n", table.source(), how);
    for (const std::string& note : series.notes) tell("{}: {}\n", table.source(), note);
}

}  // namespace revolute
