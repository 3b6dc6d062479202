#pragma once

#include <revolute/tools/training/series.hpp>

#include <CLI/CLI.hpp>

#include <string>

namespace revolute {

/// How a table is read: what is not told is detected.
struct DataOptions {
    CsvOptions csv;
    SeriesOptions series;
};

/// --delimiter, --decimal, --thousands, --encoding, --header, --no-header, --missing,
/// --missing-values, --axis and --date-format.
void add_data_options(CLI::App& command, DataOptions& options);

/// The options of `add_data_options` that were told, as one would type them again: " --missing
/// drop".
std::string told_data_options(const CLI::App& command, const DataOptions& options);

/// Says on standard error how a table was read and what was done to its rows, where one would not
/// expect it.
void say_how_read(const Table& table, const Series& series);

}  // namespace revolute
