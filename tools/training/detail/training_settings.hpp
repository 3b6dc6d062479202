#pragma once

#include <revolute/tools/training/trainer.hpp>

#include <cstddef>
#include <string_view>

namespace revolute::detail {

/// Throws Error unless the model is of a training that could be gone on with as if it were the one
/// of `before`.
void require_same_training(const ForecastModel& before, const ForecastModel& now);

/// Throws Error where the program's numbers have 0 or infinity in place of a setting: weights would
/// not move, without a word.
void require_in_range(std::string_view what, double value, Precision precision);

/// Throws Error unless early stopping has rows of so many, and patience.
void require_valid(const EarlyStopping& early, std::size_t rows);

}  // namespace revolute::detail
