#include "training_run.hpp"

#include <revolute/tools/progress.hpp>

#include <fmt/format.h>

#include <iostream>
#include <utility>

namespace revolute {

TrainingResult train_with_progress(const Series& series, std::size_t training_rows,
                                   const TrainingSettings& settings, TrainingHooks hooks,
                                   const std::optional<std::vector<Matrix>>& weights) {
    const Interrupt interrupt;
    Progress progress(std::cerr, style_of_standard_error(), "epoch", settings.epochs);
    const auto after_epoch = std::move(hooks.after_epoch);
    hooks.after_epoch = [&](const EpochReport& report) {
        progress.update(report.epoch, fmt::format("training RMSE {:.4g}", report.training_rmse));
        if (after_epoch) after_epoch(report);
    };
    hooks.should_stop = Interrupt::came;
    return train(series, training_rows, settings, hooks, weights);
}

}  // namespace revolute
