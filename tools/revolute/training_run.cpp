#include "training_run.hpp"

#include <revolute/tools/progress.hpp>

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <utility>

namespace revolute {

TrainingResult train_with_progress(const Series& series, std::size_t training_rows,
                                   const TrainingSettings& settings, TrainingHooks hooks,
                                   const std::optional<std::vector<Matrix>>& weights) {
    const Interrupt interrupt;
    Progress progress(std::cerr, style_of_standard_error(), "epoch", settings.epochs);
    const auto after_epoch = std::move(hooks.after_epoch);
    using Clock = std::chrono::steady_clock;
    std::size_t windows = 0;
    Clock::duration time{};  // of training alone
    Clock::time_point began = Clock::now();
    hooks.after_epoch = [&](const EpochReport& report) {
        windows += report.windows;
        time += Clock::now() - began;
        progress.update(report.epoch,
                        fmt::format("training RMSE {:.4g}, {}", printable(report.training_rmse),
                                    samples_per_second(windows, time)));
        if (after_epoch) after_epoch(report);
        began = Clock::now();
    };
    hooks.should_stop = Interrupt::came;
    return train(series, training_rows, settings, hooks, weights);
}

}  // namespace revolute
