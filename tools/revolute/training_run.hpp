#pragma once

#include "interrupt.hpp"
#include <revolute/tools/trainer.hpp>

#include <vector>

namespace revolute {

/// Trains with progress on standard error; Ctrl-C stops it. `after_epoch` is called after each epoch;
/// training starts from `weights` where there are some. `finite_figure` is that of TrainingHooks.
TrainingResult train_with_progress(const Series& series, std::size_t training_rows,
                                   const TrainingSettings& settings,
                                   const std::function<void(const EpochReport&)>& after_epoch = {},
                                   const std::optional<std::vector<Matrix>>& weights = {},
                                   const std::optional<std::filesystem::path>& finite_figure = {});

}  // namespace revolute
