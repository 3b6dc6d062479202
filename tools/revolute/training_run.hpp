#pragma once

#include "interrupt.hpp"
#include <revolute/tools/trainer.hpp>

#include <vector>

namespace revolute {

/// Trains with progress on standard error; Ctrl-C stops it, in place of the hooks' `should_stop`. Training
/// starts from `weights` where there are some.
TrainingResult train_with_progress(const Series& series, std::size_t training_rows,
                                   const TrainingSettings& settings, TrainingHooks hooks = {},
                                   const std::optional<std::vector<Matrix>>& weights = {});

}  // namespace revolute
