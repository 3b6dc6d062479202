#include "commands.hpp"
#include "options/case_input.hpp"
#include "options/option_values.hpp"
#include <revolute/tools/diagnosis/diagnosis.hpp>
#include <revolute/tools/diagnosis/diagnosis_report.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace revolute {

namespace {

struct CompareOptions {
    std::string case_file;
    std::string gradients_file;
    std::optional<double> tolerance;
    bool json = false;
};

void compare(const CompareOptions& options) {
    const Case of = case_from("compare", options.case_file);
    const CaseResult given = gradients_from(options.gradients_file, of);
    std::optional<Activity> activity(std::in_place, "compare");
    activity->now("looking what differs, and which mistake gives that");
    const GradientComparison comparison = compare_gradients(of, given, options.tolerance);
    activity.reset();
    print("{}", options.json ? to_json(comparison) : to_text(comparison, of));
    if (!comparison.agrees()) throw CLI::RuntimeError(1);
}

}  // namespace

void add_compare_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "compare", "What is wrong with gradients from a derivation of your own");
    const auto options = std::make_shared<CompareOptions>();
    command.add_option("CASE.json", options->case_file, "The net and its data")
        ->required()
        ->check(file_name());
    command
        .add_option("MY_GRADIENTS.json", options->gradients_file,
                    "The gradients to look at, as `revolute grad CASE.json --json` prints them")
        ->required()
        ->check(file_name());
    add_tolerance_option(command, options->tolerance);
    command.add_flag("--json", options->json, "Print JSON (docs/compare.md says what is in it)");
    command.footer(
        "Exit status 1 when an array differs.\nThe formats: docs/grad.md; what is recognised: "
        "docs/compare.md\n\n"
        "Example:\n  revolute compare lstm.json my_gradients.json");
    command.callback([options] { compare(*options); });
}

}  // namespace revolute
