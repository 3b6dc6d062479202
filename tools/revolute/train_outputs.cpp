#include "train_outputs.hpp"

#include "options/own_file.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/planned_file.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/training/forecast_report.hpp>
#include <revolute/tools/training/model_file.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <unistd.h>

namespace revolute {

namespace {

/// Whether a path says the standard output, wherever that goes.
bool names_standard_output(const std::filesystem::path& path) {
    return path == "-" || path == "/dev/stdout";
}

/// Refuses to replace a file that is not of a training before and that the user did not name.
void require_of_train(const std::filesystem::path& path, std::string_view mark,
                      std::string_view option) {
    if (may_be_replaced(path, mark)) return;
    throw Error(
        fmt::format("train: {} is there, and is not of a training before\n"
                    "  --overwrite replaces it, {} says another name",
                    path.string(), option));
}

/// A plot that was asked for and could not be made is refused.
void require_plot(const TrainOutputs& outputs, bool has_held_out_rows) {
    if (!outputs.plot_is_named) return;
    if (!has_held_out_rows)
        throw Error(
            "train: the plot that --plot names is of held-out rows, and there are none\n"
            "  leave --plot out, or hold rows out (--test-fraction)");
    if (!can_draw_plots())
        throw Error(
            "train: the plot that --plot names is drawn by gnuplot, which is not installed\n"
            "  without --plot the forecasts are written as numbers alone, into out.csv");
    if (names_standard_output(outputs.plot) && names_standard_output(outputs.save))
        throw Error(
            "train: model and plot cannot both go to the standard output\n"
            "  --save or --plot must name a file");
}

}  // namespace

void require_svg(const std::string& plot) {
    if (std::filesystem::path(plot).extension() != ".svg" && !is_stream(plot))
        throw Error(fmt::format("the name of the plot's file must end in .svg ({})", plot));
}

std::string name_of_output(const std::string& path) {
    return path == "-" ? "the standard output" : path;
}

void require_outputs(const TrainOutputs& outputs, const std::vector<std::string>& read) {
    const std::filesystem::path plot(outputs.plot);
    // Where there is no table beside the plot, it stands for itself.
    const std::filesystem::path table = csv_beside(plot).value_or(plot);
    std::vector<std::filesystem::path> all(read.begin(), read.end());
    all.insert(all.end(), {outputs.save, plot});
    if (table != plot) all.push_back(table);
    require_distinct(all);
    for (const std::filesystem::path& path : {std::filesystem::path(outputs.save), plot, table})
        require_writable(path);
    if (outputs.overwrite) return;
    if (!outputs.save_is_named) require_of_train(outputs.save, "revolute model", "--save");
    if (!outputs.plot_is_named) require_of_train(plot, "gnuplot", "--plot");
    if (table != plot) require_of_train(table, "recurrent net", "--plot");
}

void rehearse_outputs(const TrainOutputs& outputs, const TrainingSettings& settings,
                      const Series& series, std::size_t first) {
    require_plot(outputs, first < series.row_count());
    Activity activity("train");
    activity.now("trying what is to be written");
    const std::size_t of_model = most_bytes_trained(untrained(series, first, settings));
    constexpr double least_part = 0.7;  // of the most, where all numbers are short
    std::vector<PlannedFile> files{
        {outputs.save, of_model,
         static_cast<std::size_t>(least_part * static_cast<double>(of_model))}};
    if (first < series.row_count()) {
        const std::vector<Plot> plots = to_plots(report_without_net(series, first));
        // Of other forecasts numbers are a little longer or shorter; what may have room is not
        // refused.
        constexpr double certain_part = 0.9;
        const auto certainly = [](std::size_t bytes) {
            return static_cast<std::size_t>(certain_part * static_cast<double>(bytes));
        };
        if (const auto table = csv_beside(outputs.plot))
            files.push_back({*table, certainly(to_csv(plots).size())});
        files.push_back({outputs.plot, certainly(require_drawable(outputs.plot, plots))});
    }
    require_room(files);
}

void save_model(const std::string& path, const TrainingResult& result) try {
    write_model(path, result.model, result.state);
} catch (const FileError& error) {
    const std::filesystem::path rescue =
        folder_for_temporary_files() / fmt::format("revolute-model-{}.json", getpid());
    try {
        write_model(rescue, result.model, result.state);
    } catch (const FileError& second) {
        throw FileError(fmt::format("{}\n  nor could the model be kept elsewhere: {}", error.what(),
                                    second.what()));
    }
    throw FileError(fmt::format("{}\n  the model is in {}", error.what(), rescue.string()));
}

bool is_said_beside(const TrainOutputs& outputs) {
    return is_standard_output(outputs.save) || is_standard_output(outputs.plot);
}

}  // namespace revolute
