#pragma once

/// @file
/// Models as JSON files.

#include <revolute/tools/training/forecast_model.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace revolute {

/// A model as JSON. All numbers read back to the same bits. The schema, version 3:
///
///     format                "revolute model"
///     version               3
///     cell                  the name of its type: "simple", "lstm", ...
///     layers, bidirectional, residual
///     reading               what is read of the inputs: "values" or "changes"
///     window, hidden
///     inputs                list of: column (its name), mean, deviation (of what is read)
///     targets               list of those that are forecast: column, mean, deviation (of its
///                           changes)
///     training              rows, epochs_done, and the settings: epochs, batch, optimizer,
///                           learning_rate, momentum, clip, seed
///     parameters            list of: name, rows, columns, values (a list of rows)
///
/// Versions 1 and 2 are read too. Version 2 forecasts one column: in place of targets it has
/// target, which is like one of them. Version 1 is a simple cell that forecasts a column from
/// itself. In place of the entries from cell to targets it has: cell "simple", activation "tanh",
/// window, input 1, hidden, output 1, column (its name), level and change (mean and deviation).
/// With the state of a training there is one more entry, which models are read without:
///
///     resume                drew_weights, memories (a list of matrices, each a list of rows)
///
/// Throws ParseError for a name that is no UTF-8.
std::string to_json(const ForecastModel& model,
                    const std::optional<TrainingState>& state = std::nullopt);

/// Reads what `to_json` wrote, now or in versions 1 and 2; `cells` are the user's, which a model
/// may be of beside the library's. Throws ParseError naming `source` and the entry that is missing,
/// of the wrong type, out of range, of another shape than the sizes say, or not finite.
ForecastModel parse_model(std::string_view json, std::string_view source,
                          std::span<const CellType> cells = {});

/// At most how many bytes `to_json` writes of a model and its state when it is trained: all numbers
/// as long as numbers get, and as many as the optimiser remembers. Throws as `to_json` does.
std::size_t most_bytes_trained(ForecastModel model);

/// Writes a model file by way of a temporary one. Throws FileError.
void write_model(const std::filesystem::path& path, const ForecastModel& model,
                 const std::optional<TrainingState>& state = std::nullopt);

/// Throws FileError when the file cannot be read, and what `parse_model` throws.
ForecastModel read_model(const std::filesystem::path& path, std::span<const CellType> cells = {});

/// A model and the state that its training can go on from. Throws ParseError also for a model
/// without one.
std::pair<ForecastModel, TrainingState> read_training(const std::filesystem::path& path,
                                                      std::span<const CellType> cells = {});

}  // namespace revolute
