#pragma once

#include "interrupt.hpp"
#include <revolute/tools/training/trainer.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// Trains with progress on standard error; a request to end that an Interrupt of the caller's notes
/// stops it, in place of the hooks' `should_stop`. Training starts from `weights` where there are
/// some.
TrainingResult train_with_progress(const Series& series, std::size_t training_rows,
                                   const TrainingSettings& settings, TrainingHooks hooks = {},
                                   const std::optional<std::vector<Matrix>>& weights = {});

/// What is said of a training of up to so many epochs: which was the best by early stopping, and,
/// where a signal ends the command when the model is saved in a file of that name, what that holds.
std::string words_of_early_stopping(const TrainingResult& result, int epochs);
std::string words_of_interrupted(const TrainingResult& result, int epochs, std::string_view file);

}  // namespace revolute
