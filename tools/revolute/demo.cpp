#include "commands.hpp"
#include "demo_derivation.hpp"
#include "demo_figures.hpp"
#include "options/option_values.hpp"
#include "options/own_file.hpp"
#include "training_run.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/checks/gradient_report.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/training/forecast_report.hpp>
#include <revolute/tools/training/model_file.hpp>
#include <revolute/tools/training/sunspots.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace revolute {

namespace {

constexpr double test_fraction = 0.2;
constexpr const char* unit_of_sunspots = "yearly sunspot number";

struct DemoOptions {
    std::string folder = "revolute-demo";
    bool overwrite = false;
};

/// What is written, for the list at the end.
class Written {
 public:
    explicit Written(std::filesystem::path folder) : folder_(std::move(folder)) {}

    void add(std::string name, std::string what) {
        files_.push_back({std::move(name), std::move(what)});
    }
    void add(const std::vector<DemoFile>& files) {
        files_.insert(files_.end(), files.begin(), files.end());
    }

    /// Writes the plot and notes its CSV and, where gnuplot is there, its SVG.
    void plot(const std::string& stem, const Plot& plot, const std::string& what) {
        has_gnuplot_ = write_plot(folder_ / (stem + ".svg"), plot) && has_gnuplot_;
        if (has_gnuplot_) add(stem + ".svg", what);
        add(stem + ".csv", what + ", in numbers");
    }

    void list() const {
        std::size_t width = 0;
        for (const DemoFile& file : files_)
            width = std::max(width, (folder_ / file.name).string().size());
        for (const DemoFile& file : files_)
            print("{:<{}}  {}\n", (folder_ / file.name).string(), width, file.what);
        if (!has_gnuplot_) print("The plots are written as CSV only: gnuplot is not installed.\n");
    }

 private:
    std::filesystem::path folder_;
    std::vector<DemoFile> files_;
    bool has_gnuplot_ = true;
};

void print_check() {
    print(
        "\nGradients by the generic reverse pass, by the formulas derived by hand, by forward "
        "mode, "
        "and by finite differences:\n\n");
    const Sizes sizes{.steps = 25, .input = 2, .hidden = 8, .output = 1, .batch = 4};
    print("{}", to_table(check_net(sizes, {.initial = InitialState::given}, 1)));
}

Plot loss_curve(const std::vector<double>& training, const std::vector<double>& held_out) {
    Plot plot{.title = "Learning the sunspots: error of one-step-ahead forecasts",
              .x_label = "epoch",
              .y_label = fmt::format("RMSE ({})", unit_of_sunspots),
              .x = {},
              .curves = {{"training", training, CurveStyle::line},
                         {"held out", held_out, CurveStyle::faint_line}},
              .starts_at_zero = true};
    for (std::size_t i = 0; i < training.size(); ++i) plot.x.push_back(static_cast<double>(i + 1));
    return plot;
}

Plot forecast_plot(const ForecastReport& report) {
    Plot plot = to_plots(report).front();
    plot.title = "Sunspots: each year forecast from the 25 years before";
    plot.x_label = "year";
    plot.y_label = unit_of_sunspots;
    return plot;
}

void train_on_sunspots(const std::filesystem::path& folder, Written& written) {
    const Series series = read_series(Table::parse(sunspots_csv, "sunspots"));
    const std::size_t first = first_held_out(series.row_count(), test_fraction);
    print("\nTraining on the sunspots of {} to {}; {} to {} are held out.\n", series.axis.text(0),
          series.axis.text(first - 1), series.axis.text(first),
          series.axis.text(series.row_count() - 1));
    flush_standard_output();  // progress goes to standard error

    std::vector<double> training, held_out;
    const auto note = [&](const EpochReport& report) {
        training.push_back(report.training_rmse);
        held_out.push_back(report_forecasts(report.model, series, first).all.net.rmse);
    };
    std::optional<Interrupt> interrupt(std::in_place);
    const TrainingResult result =
        train_with_progress(series, first, TrainingSettings{}, {.after_epoch = note});
    interrupt.reset();
    if (Interrupt::came()) {  // also in the last step
        tell("interrupted; the figures are in {}\n", folder.string());
        throw CLI::RuntimeError(Interrupt::exit_status());
    }
    const ForecastReport report = report_forecasts(result.model, series, first);
    print("\n{}", to_table(report));
    written.plot("loss", loss_curve(training, held_out), "how the error falls from epoch to epoch");
    written.plot("forecast", forecast_plot(report),
                 "forecasts of the held-out years beside the truth");
    write_model(folder / "model.json", result.model);
    write_file(folder / "sunspots.csv", sunspots_csv);
    written.add("model.json", "the trained net, for `revolute predict`");
    written.add("sunspots.csv", "the series, for `revolute train` and `revolute predict`");
}

/// A file that the demo writes, and what stands near its beginning.
struct MarkedFile {
    const char* name;
    std::string_view mark;
};
constexpr std::string_view mark_of_dot = "digraph revolute", mark_of_svg = "Title: revolute",
                           mark_of_plot = "gnuplot";
constexpr MarkedFile marked_files[] = {
    {"forward.dot", mark_of_dot},    {"forward.svg", mark_of_svg},
    {"backward.dot", mark_of_dot},   {"backward.svg", mark_of_svg},
    {"joint.dot", mark_of_dot},      {"joint.svg", mark_of_svg},
    {"loss.svg", mark_of_plot},      {"loss.csv", "epoch,training,held out"},
    {"forecast.svg", mark_of_plot},  {"forecast.csv", "recurrent net"},
    {"model.json", "revolute model"}};

/// Files that the demo writes as they are here: somebody may have changed one since.
const std::pair<const char*, std::string_view> whole_files[] = {
    {"sunspots.csv", sunspots_csv}, {"mgu.rec", demo_net}, {"mgu_homework.txt", demo_homework}};

/// Refuses to replace a file that no demo has written.
void require_of_demo(const std::filesystem::path& folder) {
    const auto refuse = [&](const std::filesystem::path& path) {
        throw Error(
            fmt::format("demo: {} is there, and is not of a demo before\n"
                        "  --overwrite replaces it, --folder says another folder",
                        path.string()));
    };
    for (const MarkedFile& file : marked_files)
        if (!may_be_replaced(folder / file.name, file.mark)) refuse(folder / file.name);
    for (const auto& [name, content] : whole_files) {
        const std::filesystem::path path = folder / name;
        std::error_code none;
        if (std::filesystem::is_regular_file(path, none) && read_file(path) != content)
            refuse(path);
    }
}

void run_demo(const DemoOptions& options) {
    const std::filesystem::path folder = options.folder;
    std::error_code reason;
    std::filesystem::create_directories(folder, reason);
    if (reason)
        throw FileError(fmt::format("demo: cannot make {}: {}", folder.string(), reason.message()));
    require_writable(folder / "model.json");
    if (!options.overwrite) require_of_demo(folder);
    Written written(folder);
    print("A simple recurrent net, unrolled over three steps and differentiated: figures in {}\n",
          folder.string());
    written.add(write_demo_figures(folder));
    print_check();
    train_on_sunspots(folder, written);
    written.add(verify_demo_derivation(folder));
    print("\n");
    written.list();
}

}  // namespace

void add_demo_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "demo",
        "Draw a net and its derivative, check the gradients, learn the sunspots, judge a homework");
    const auto options = std::make_shared<DemoOptions>();
    command.add_option("--folder", options->folder, "Folder for the files that are written")
        ->capture_default_str()
        ->check(folder_name());
    command.add_flag("--overwrite", options->overwrite,
                     "Replace files that are there, also those that are not of a demo before");
    command.footer("Example:\n  revolute demo");
    command.callback([options] { run_demo(*options); });
}

}  // namespace revolute
