#include "bench_table.hpp"

#include "beside_hand.hpp"
#include "computer.hpp"
#include "hand/blas.hpp"
#include "hand/nets.hpp"
#include <revolute/tools/cost/net_cost.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/training/forecast_model.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace revolute {

namespace {

struct Row {
    CellKind cell{};
    hand::Sizes sizes{};
    std::vector<BesideHand> results;  ///< of each precision
};

/// Cells in their order, sizes by the work of a step.
std::vector<Row> rows_of(const BenchTable& table) {
    std::vector<hand::Sizes> sizes = hand::all_sizes;
    std::ranges::stable_sort(sizes, {}, [](const hand::Sizes& s) {
        return std::int64_t{s.batch} * s.hidden * (s.input + s.hidden);
    });
    std::vector<Row> rows;
    for (const CellKind cell : table.cells)
        for (const hand::Sizes& size : sizes) rows.push_back({cell, size, {}});
    return rows;
}

void measure(const BenchTable& table, std::vector<Row>& rows) {
    Activity activity("bench");
    activity.stop_clock();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row& row = rows[i];
        activity.now(
            fmt::format("row {} of {}: {}", i + 1, rows.size(), hand::title(row.cell, row.sizes)));
        for (const Precision precision : table.precisions)
            row.results.push_back(
                time_beside_hand(row.cell, row.sizes, precision, table.repetitions));
    }
}

double processor_share(const std::vector<Row>& rows) {
    double processor = 0, elapsed = 0;
    for (const Row& row : rows)
        for (const BesideHand& result : row.results) {
            processor += result.processor;
            elapsed += result.elapsed;
        }
    return processor / elapsed;
}

std::string rounded(double microseconds) {
    return fmt::format("{:.{}f}", microseconds, microseconds < 100 ? 1 : 0);
}

/// "| 25,1,1,32 |      4.4 |      6.6 | **0.66** |".
std::string to_line(const Row& row) {
    const hand::Sizes& s = row.sizes;
    std::string line =
        fmt::format("| {:<14} |", fmt::format("{},{},{},{}", s.steps, s.batch, s.input, s.hidden));
    for (const BesideHand& result : row.results)
        line += fmt::format(" {:>15} | {:>9} | **{:.2f}** |", rounded(result.program),
                            rounded(result.hand), result.program / result.hand);
    return line + "\n";
}

std::string head_of(const BenchTable& table) {
    std::string names = fmt::format("| {:<14} |", "T,B,I,H"), rule = "| -------------- |";
    for (const Precision precision : table.precisions) {
        names += fmt::format(" {:>15} | {:>9} | {:<8} |",
                             precision == Precision::float64 ? "double: program" : "float: program",
                             "by hand", "ratio");
        rule += " --------------: | --------: | -------- |";
    }
    return names + "\n" + rule + "\n";
}

std::string to_text(const BenchTable& table, const Computer& computer, const std::vector<Row>& rows,
                    const std::vector<std::string>& advice) {
    std::string text = fmt::format(
        "{}, {}; programs use {}, the code by hand OpenBLAS's kernels for {}.\n"
        "Loss and gradients of all parameters: T steps, batch B, I inputs, H units, one output, "
        "one "
        "thread.\nMicroseconds, medians of runs in turns; a ratio below 1 means that the program "
        "is "
        "faster.\n",
        computer.processor, detail::plural(computer.processors, "processor"), computer.vectors,
        computer.blas_kernels);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i == 0 || rows[i].cell != rows[i - 1].cell)
            text += fmt::format("\n{}:\n\n{}", name_of(rows[i].cell), head_of(table));
        text += to_line(rows[i]);
    }
    for (const std::string& sentence : advice) text += "\n" + sentence + "\n";
    return text;
}

std::string to_json(const BenchTable& table, const Computer& computer, const std::vector<Row>& rows,
                    const std::vector<std::string>& advice) {
    nlohmann::ordered_json json{{"processor", computer.processor},
                                {"processors", computer.processors},
                                {"vectors", computer.vectors},
                                {"blas_kernels", computer.blas_kernels},
                                {"load", computer.load},
                                {"advice", advice},
                                {"rows", nlohmann::ordered_json::array()}};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < table.precisions.size(); ++i) {
            const BesideHand& result = row.results[i];
            json["rows"].push_back({{"cell", name_of(row.cell)},
                                    {"steps", row.sizes.steps},
                                    {"batch", row.sizes.batch},
                                    {"input", row.sizes.input},
                                    {"hidden", row.sizes.hidden},
                                    {"precision", name_of(table.precisions[i])},
                                    {"program_us", result.program},
                                    {"hand_us", result.hand},
                                    {"ratio", result.program / result.hand},
                                    {"runs", result.runs},
                                    {"difference", result.difference}});
        }
    return json.dump(2) + "\n";
}

}  // namespace

void print_bench_table(const BenchTable& table) {
    hand::require_openblas();
    const Computer computer = this_computer();
    std::vector<Row> rows = rows_of(table);
    measure(table, rows);
    const std::vector<std::string> advice = advice_for_times(computer, processor_share(rows));
    print("{}", table.json ? to_json(table, computer, rows, advice)
                           : to_text(table, computer, rows, advice));
}

}  // namespace revolute
