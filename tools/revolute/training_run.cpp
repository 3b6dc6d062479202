#include "training_run.hpp"

#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/progress.hpp>
#include <revolute/tools/support/stopwatch.hpp>

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>

namespace revolute {

TrainingResult train_with_progress(const Series& series, std::size_t training_rows,
                                   const TrainingSettings& settings, TrainingHooks hooks,
                                   const std::optional<std::vector<Matrix>>& weights) {
    Progress progress(std::cerr, style_of_standard_error(), "epoch", settings.epochs);
    const auto after_epoch = std::move(hooks.after_epoch);
    std::size_t windows = 0;
    std::chrono::duration<double> time{};  // of training alone
    Stopwatch epoch;
    // Until the first epoch is done the bar has nothing to show.
    std::optional<Activity> first(std::in_place, "train");
    first->now("compiling the step");
    if (hooks.say)
        hooks.say = [&, say = std::move(hooks.say)](std::string_view text) {
            if (first) first->make_way();
            say(text);
        };
    hooks.after_epoch = [&](const EpochReport& report) {
        first.reset();
        windows += report.windows;
        time += epoch.elapsed();
        const char* const unit = report.model.targets.size() > 1 ? " deviations" : "";
        std::string note =
            fmt::format("training RMSE {:.4g}{}, ", printable(report.training_rmse), unit);
        if (report.validation_rmse)
            note += fmt::format("validation {:.4g}{}, ", *report.validation_rmse, unit);
        progress.update(report.epoch, note + samples_per_second(windows, time));
        if (after_epoch) after_epoch(report);
        epoch = {};
    };
    int steps = 0;
    hooks.should_stop = [&] {
        if (first) first->now(fmt::format("step {} of the first epoch", ++steps));
        return Interrupt::came();
    };
    return train(series, training_rows, settings, hooks, weights);
}

std::string words_of_early_stopping(const TrainingResult& result, int epochs) {
    return fmt::format(
        "Of {} epochs{}, epoch {} was best on the rows for validation: RMSE {:.4g}{}.\n",
        result.epochs_done, result.epochs_done < epochs ? fmt::format(" ({} at most)", epochs) : "",
        result.model.epochs_done, result.validation_rmse.value(),
        result.model.targets.size() > 1 ? " deviations" : "");
}

std::string words_of_interrupted(const TrainingResult& result, int epochs, std::string_view file) {
    const int done = result.epochs_done;
    if (result.validation_rmse)
        return fmt::format(
            "interrupted after epoch {} of {}: {} holds the model after epoch {}, the best on the "
            "rows for validation\n",
            done, epochs, file, result.model.epochs_done);
    return fmt::format("interrupted: {} holds the model after epoch {} of {}{}\n", file, done,
                       epochs, done < epochs ? "" : "; its forecasts were not written");
}

}  // namespace revolute
