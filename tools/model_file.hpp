#pragma once

#include <revolute/tools/forecast_model.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace revolute {

/// A model as JSON. All numbers read back to the same bits. The schema, version 1:
///
///     format                "revolute model"
///     version               1
///     cell, activation      "simple", "tanh"
///     window, input, hidden, output
///     column                name of the column that is forecast
///     level, change         standardisation of values and of changes: mean, deviation
///     parameters            list of: name, rows, columns, values (a list of rows)
///     training              rows, epochs_done, and the settings: epochs, batch, optimizer,
///                           learning_rate, momentum, clip, seed
std::string to_json(const ForecastModel& model);

/// Reads what `to_json` wrote. Throws ParseError naming `source` and the entry that is missing, of the
/// wrong type, out of range, of another shape than the sizes say, or not finite.
ForecastModel parse_model(std::string_view json, std::string_view source);

/// Writes a model file by way of a temporary one. Throws FileError.
void write_model(const std::filesystem::path& path, const ForecastModel& model);

/// Throws FileError when the file cannot be read, and what `parse_model` throws.
ForecastModel read_model(const std::filesystem::path& path);

}  // namespace revolute
