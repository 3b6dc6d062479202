// bench_report RESULTS FIGURES: the tables of docs/performance.md, as Markdown, of what bench_bptt,
// bench_threads, bench_adbench and bench_compile_time wrote into the folder RESULTS (run.sh); its plots
// go into the folder FIGURES.

#include <revolute/tools/plot.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Counters = std::map<std::string, double>;

/// What a program measured, the median of the repetitions: by the parts of the benchmark's name.
std::map<std::vector<std::string>, Counters> read(const std::filesystem::path& file) {
    std::ifstream stream(file);
    const nlohmann::json all = nlohmann::json::parse(stream);
    std::map<std::vector<std::string>, Counters> results;
    for (const nlohmann::json& run : all["benchmarks"]) {
        if (run.value("aggregate_name", "") != "median") continue;
        std::vector<std::string> name;
        std::istringstream text(run["run_name"].get<std::string>());
        for (std::string part; std::getline(text, part, '/');) name.push_back(part);
        for (const auto& [key, value] : run.items())
            if (value.is_number()) results[name][key] = value.get<double>();
    }
    return results;
}

void print_row(const std::vector<std::string>& cells) {
    fmt::print("| {} |\n", fmt::join(cells, " | "));
}

void print_head(const std::vector<std::string>& cells) {
    print_row(cells);
    print_row(std::vector<std::string>(cells.size(), "---"));
}

std::string rounded(double microseconds) {
    return fmt::format("{:.{}f}", microseconds, microseconds < 100 ? 1 : 0);
}

/// T, B, I, H of "100,32,32,128".
std::vector<double> sizes_in(const std::string& text) {
    std::vector<double> sizes;
    std::istringstream stream(text);
    for (std::string size; std::getline(stream, size, ',');) sizes.push_back(std::stod(size));
    return sizes;
}

/// Multiplications of a step, forward, of a cell with one gate.
double work_in(const std::string& sizes) {
    const std::vector<double> n = sizes_in(sizes);
    return n[1] * n[3] * (n[2] + n[3]);
}

bool has_less_work(const std::string& a, const std::string& b) {
    return std::pair(work_in(a), sizes_in(a)) < std::pair(work_in(b), sizes_in(b));
}

using Sizes = std::set<std::string, decltype(&has_less_work)>;

/// A row for each size; of each cell the cells that `row` makes of the counters.
void print_by_size(const std::map<std::vector<std::string>, Counters>& results,
                   const std::vector<std::string>& head, const auto& cells) {
    Sizes sizes(has_less_work);
    for (const auto& [name, counters] : results) sizes.insert(name[2]);
    for (const std::string cell : {"simple", "gru", "lstm"}) {
        fmt::print("\n{}:\n\n", cell);
        print_head(head);
        for (const std::string& size : sizes) {
            std::vector<std::string> row{size};
            for (const std::string number : {"double", "float"})
                for (const auto& [name, counters] : results)
                    if (name[1] == cell && name[2] == size && name[3] == number)
                        for (const std::string& text : cells(counters)) row.push_back(text);
            print_row(row);
        }
    }
}

void report_bptt(const std::filesystem::path& folder, const std::filesystem::path& figures) {
    const auto results = read(folder / "bptt.json");
    print_by_size(
        results,
        {"T,B,I,H", "double: program", "by hand", "ratio", "float: program", "by hand", "ratio"},
        [](const Counters& counters) {
            return std::vector{rounded(counters.at("program_us")), rounded(counters.at("hand_us")),
                               fmt::format("**{:.2f}**", counters.at("ratio"))};
        });
    for (const std::string number : {"double", "float"}) {
        Sizes sizes(has_less_work);
        for (const auto& [name, counters] : results)
            if (sizes_in(name[2])[0] < 1000) sizes.insert(name[2]);
        revolute::Plot plot;
        plot.title = "Time of a program to that of BPTT by hand, " + number;
        plot.x_label = "multiplications of a step";
        plot.y_label = "ratio";
        plot.is_logarithmic = plot.starts_at_zero = true;
        for (const std::string& size : sizes) plot.x.push_back(work_in(size));
        using revolute::CurveStyle;
        for (const auto& [cell, style] :
             std::map<std::string, CurveStyle>{{"simple", CurveStyle::dashes},
                                               {"gru", CurveStyle::faint_line},
                                               {"lstm", CurveStyle::line}}) {
            std::vector<double> ratios;
            for (const std::string& size : sizes) {
                ratios.push_back(std::numeric_limits<double>::quiet_NaN());
                for (const auto& [name, counters] : results)
                    if (name[1] == cell && name[2] == size && name[3] == number)
                        ratios.back() = counters.at("ratio");
            }
            plot.curves.push_back({cell, ratios, style});
        }
        revolute::write_plot(figures / fmt::format("ratio_{}.svg", number), plot);
    }
}

void report_threads(const std::filesystem::path& folder) {
    print_by_size(
        read(folder / "threads.json"),
        {"T,B,I,H", "double: threads chosen", "faster", "float: threads chosen", "faster"},
        [](const Counters& counters) {
            return std::vector{fmt::format("{}", counters.at("threads")),
                               fmt::format("{:.2f}", counters.at("ratio"))};
        });
}

void report_adbench(const std::filesystem::path& folder) {
    fmt::print("\n");
    print_head({"layers, characters", "loss and gradient, program", "loss, plain C++", "ratio"});
    for (const auto& [name, counters] : read(folder / "adbench.json"))
        print_row({name[1], rounded(counters.at("gradient_us")),
                   rounded(counters.at("objective_us")),
                   fmt::format("**{:.2f}**", counters.at("ratio"))});
}

void report_compile_time(const std::filesystem::path& folder,
                         const std::filesystem::path& figures) {
    std::map<double, Counters> by_steps, parametric;
    for (const auto& [name, counters] : read(folder / "compile_time.json"))
        (name[0] == "at" ? parametric : by_steps)[std::stod(name[1])] = counters;
    fmt::print("\n");
    print_head({"T", "build", "differentiate", "roll", "compile", "all", "bytes of the program"});
    revolute::Plot plot;
    plot.title = "From a net to its program: microseconds a step";
    plot.x_label = "steps";
    plot.y_label = "microseconds a step";
    plot.is_logarithmic = plot.starts_at_zero = true;
    plot.curves = {{"all", {}, revolute::CurveStyle::line},
                   {"differentiate", {}, revolute::CurveStyle::faint_line},
                   {"roll", {}, revolute::CurveStyle::dashes}};
    for (const auto& [steps, counters] : by_steps) {
        std::vector<std::string> row{fmt::format("{}", steps)};
        for (const char* const phase : {"build", "differentiate", "roll", "compile", "all"})
            row.push_back(fmt::format("{:.2f}", counters.at(phase)));
        row.push_back(fmt::format("{:.0f}", counters.at("bytes")));
        print_row(row);
        plot.x.push_back(steps);
        for (revolute::Curve& curve : plot.curves) curve.y.push_back(counters.at(curve.title));
    }
    revolute::write_plot(figures / "compile_time.svg", plot);
    fmt::print("\n");
    print_head({"T", "`rolled.at(T)` and `compile`, us"});
    for (const auto& [steps, counters] : parametric)
        print_row({fmt::format("{}", steps), rounded(counters.at("real_time"))});
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        fmt::print(stderr, "usage: bench_report RESULTS FIGURES\n");
        return 2;
    }
    const std::filesystem::path folder = arguments[1], figures = arguments[2];
    report_bptt(folder, figures);
    report_threads(folder);
    report_adbench(folder);
    report_compile_time(folder, figures);
}
