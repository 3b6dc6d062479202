// bench_report gather PARTS RESULTS: what `revolute bench --table --json` and the benchmarks wrote
// into the folder PARTS (run.sh) as one file of this computer in the folder RESULTS. bench_report
// print RESULTS FIGURES: the tables of docs/performance.md, as Markdown, of each computer that has
// a file in RESULTS; its plots go into the folder FIGURES.

#include <revolute/tools/training/plot.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Counters = std::map<std::string, double>;
/// What was measured, by the parts of its name.
using Results = std::map<std::vector<std::string>, Counters>;

nlohmann::json parsed(const std::filesystem::path& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error(fmt::format("cannot read {}", file.string()));
    return nlohmann::json::parse(stream);
}

/// Google Benchmark's medians of the repetitions; none where it was not run.
Results of_benchmark(const nlohmann::json& computer, const std::string& benchmark) {
    Results results;
    if (!computer.contains(benchmark)) return results;
    for (const nlohmann::json& run : computer[benchmark]["benchmarks"]) {
        if (run.value("aggregate_name", "") != "median") continue;
        std::vector<std::string> name;
        std::istringstream text(run["run_name"].get<std::string>());
        for (std::string part; std::getline(text, part, '/');) name.push_back(part);
        for (const auto& [key, value] : run.items())
            if (value.is_number()) results[name][key] = value.get<double>();
    }
    return results;
}

/// The rows of `bench --table`, called as the benchmarks call theirs.
Results of_table(const nlohmann::json& computer) {
    Results results;
    for (const nlohmann::json& row : computer["bptt"]["rows"])
        results[{"bptt", row["cell"],
                 fmt::format("{},{},{},{}", row["steps"].get<int>(), row["batch"].get<int>(),
                             row["input"].get<int>(), row["hidden"].get<int>()),
                 row["precision"]}] = {{"program_us", row["program_us"]},
                                       {"hand_us", row["hand_us"]},
                                       {"ratio", row["ratio"]}};
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
void print_by_size(const Results& results, const std::vector<std::string>& head,
                   const auto& cells) {
    Sizes sizes(has_less_work);
    for (const auto& [name, counters] : results) sizes.insert(name[2]);
    for (const std::string cell : {"simple", "gru", "lstm"}) {
        fmt::print("\n{}:\n\n", cell);
        print_head(head);
        for (const std::string& size : sizes) {
            std::vector<std::string> row{size};
            for (const std::string number : {"f64", "f32"})
                for (const auto& [name, counters] : results)
                    if (name[1] == cell && name[2] == size && name[3] == number)
                        for (const std::string& text : cells(counters)) row.push_back(text);
            print_row(row);
        }
    }
}

void report_bptt(const nlohmann::json& computer, const std::filesystem::path& figures,
                 const std::string& title) {
    const Results results = of_table(computer);
    print_by_size(
        results,
        {"T,B,I,H", "double: program", "by hand", "ratio", "float: program", "by hand", "ratio"},
        [](const Counters& counters) {
            return std::vector{rounded(counters.at("program_us")), rounded(counters.at("hand_us")),
                               fmt::format("**{:.2f}**", counters.at("ratio"))};
        });
    for (const std::string number : {"f64", "f32"}) {
        Sizes sizes(has_less_work);
        for (const auto& [name, counters] : results)
            if (sizes_in(name[2])[0] < 1000) sizes.insert(name[2]);
        revolute::Plot plot;
        plot.title = fmt::format("Time of a program to that of BPTT by hand, {}",
                                 number == "f64" ? "double" : "float");
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
        revolute::write_plot(figures / fmt::format("{}_ratio_{}.svg", title, number), plot);
    }
}

void report_threads(const nlohmann::json& computer) {
    print_by_size(
        of_benchmark(computer, "threads"),
        {"T,B,I,H", "double: threads chosen", "faster", "float: threads chosen", "faster"},
        [](const Counters& counters) {
            return std::vector{fmt::format("{}", counters.at("threads")),
                               fmt::format("{:.2f}", counters.at("ratio"))};
        });
}

void report_adbench(const nlohmann::json& computer) {
    fmt::print("\n");
    print_head({"layers, characters", "loss and gradient, program", "loss, plain C++", "ratio"});
    for (const auto& [name, counters] : of_benchmark(computer, "adbench"))
        print_row({name[1], rounded(counters.at("gradient_us")),
                   rounded(counters.at("objective_us")),
                   fmt::format("**{:.2f}**", counters.at("ratio"))});
}

void report_compile_time(const nlohmann::json& computer, const std::filesystem::path& figures,
                         const std::string& title) {
    std::map<double, Counters> by_steps, parametric;
    for (const auto& [name, counters] : of_benchmark(computer, "compile_time"))
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
    revolute::write_plot(figures / (title + "_compile_time.svg"), plot);
    fmt::print("\n");
    print_head({"T", "`rolled.at(T)` and `compile`, us"});
    for (const auto& [steps, counters] : parametric)
        print_row({fmt::format("{}", steps), rounded(counters.at("real_time"))});
}

/// Beside another library; nothing where it was not installed.
void report_peer(const nlohmann::json& computer, const std::string& benchmark,
                 const std::string& title) {
    const Results results = of_benchmark(computer, benchmark);
    if (results.empty()) return;
    fmt::print("\n");
    print_head({"net, T,B,I,H", "program", title, "ratio"});
    for (const auto& [name, counters] : results)
        print_row({fmt::format("{}", fmt::join(name.begin() + 1, name.end(), " ")),
                   rounded(counters.at("program_us")), rounded(counters.at(benchmark + "_us")),
                   fmt::format("**{:.2f}**", counters.at("ratio"))});
}

/// "intel_xeon_platinum_8481c_avx3_haswell".
std::string file_name_of(const nlohmann::json& table) {
    std::string name;
    for (const char* const part : {"processor", "vectors", "blas_kernels"})
        name += table[part].get<std::string>() + " ";
    std::string words;
    for (const char letter : name) {
        const auto code = static_cast<unsigned char>(letter);
        if (std::isalnum(code) != 0)
            words += static_cast<char>(std::tolower(code));
        else if (!words.empty() && words.back() != '_')
            words += '_';
    }
    while (words.ends_with('_')) words.pop_back();
    return words;
}

void gather(const std::filesystem::path& parts, const std::filesystem::path& results) {
    nlohmann::ordered_json computer;
    for (const char* const part :
         {"bptt", "threads", "adbench", "compile_time", "onednn", "libtorch"})
        if (const auto file = parts / fmt::format("{}.json", part); std::filesystem::exists(file))
            computer[part] = parsed(file);
    const auto file = results / (file_name_of(computer["bptt"]) + ".json");
    std::ofstream stream(file);
    stream << computer.dump(1) << '\n';
    if (!stream.flush()) throw std::runtime_error(fmt::format("cannot write {}", file.string()));
}

void print_computer(const std::filesystem::path& file, const std::filesystem::path& figures) {
    const nlohmann::json computer = parsed(file);
    const nlohmann::json& table = computer["bptt"];
    fmt::print("\n## {}, {} processors; {}; OpenBLAS for {}\n",
               table["processor"].get<std::string>(), table["processors"].get<int>(),
               table["vectors"].get<std::string>(), table["blas_kernels"].get<std::string>());
    for (const nlohmann::json& sentence : table["advice"])
        fmt::print("\n{}\n", sentence.get<std::string>());
    const std::string title = file.stem().string();
    report_bptt(computer, figures, title);
    report_peer(computer, "onednn", "oneDNN");
    report_peer(computer, "libtorch", "libtorch");
    report_threads(computer);
    report_adbench(computer);
    report_compile_time(computer, figures, title);
}

void print_all(const std::filesystem::path& results, const std::filesystem::path& figures) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(results))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::ranges::sort(files);
    for (const std::filesystem::path& file : files) print_computer(file, figures);
}

}  // namespace

int main(int count, char** arguments) {
    const std::string task = count == 4 ? arguments[1] : "";
    if (task != "gather" && task != "print") {
        fmt::print(stderr,
                   "usage: bench_report gather PARTS RESULTS\n"
                   "       bench_report print RESULTS FIGURES\n");
        return 2;
    }
    try {
        (task == "gather" ? gather : print_all)(arguments[2], arguments[3]);
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_report: {}\n", error.what());
        return 1;
    }
}
