#include "training_run.hpp"

#include <revolute/tools/progress.hpp>

#include <fmt/format.h>

#include <iostream>

namespace revolute {

TrainingResult train_with_progress(const Series& series, std::size_t training_rows,
                                   const TrainingSettings& settings,
                                   const std::function<void(const EpochReport&)>& after_epoch,
                                   const std::optional<std::vector<Matrix>>& weights,
                                   const std::optional<std::filesystem::path>& finite_figure) {
    const Interrupt interrupt;
    Progress progress(std::cerr, style_of_standard_error(), "epoch", settings.epochs);
    const auto show = [&](const EpochReport& report) {
        progress.update(report.epoch, fmt::format("training RMSE {:.4g}", report.training_rmse));
        if (after_epoch) after_epoch(report);
    };
    return train(series, training_rows, settings, {show, Interrupt::came, finite_figure}, weights);
}

}  // namespace revolute
