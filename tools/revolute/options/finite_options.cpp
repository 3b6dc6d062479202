#include "finite_options.hpp"

#include "option_values.hpp"
#include "own_file.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/figures/finite_report.hpp>
#include <revolute/tools/figures/render.hpp>
#include <revolute/tools/support/output_file.hpp>

#include <fmt/format.h>

#include <filesystem>

namespace revolute {

namespace {

constexpr const char* default_figure = "nonfinite.dot";

}  // namespace

void add_finite_options(CLI::App& command, FiniteOptions& options) {
    CLI::Option* const check =
        command.add_flag("--check-finite", options.check,
                         "Stop at the first value that is not finite, name it and draw it in red");
    command
        .add_option("--finite-dot", options.figure,
                    "File that --check-finite draws to: .dot, .svg, .pdf or .png")
        ->check(accepted_by([](const std::string& file) { figure_format(file); }))
        ->default_str(default_figure)
        ->needs(check);
}

NotFiniteReport not_finite_report(const FiniteOptions& options, bool overwrite) {
    if (!options.check) return {};
    const std::filesystem::path figure = options.figure.value_or(default_figure);
    require_writable(figure);
    if (!options.figure && !overwrite && !may_be_replaced(figure, "digraph revolute"))
        throw Error(
            fmt::format("--check-finite: {} is there, and is no figure of a value that was not "
                        "finite\n  --finite-dot says another name",
                        figure.string()));
    return DrawNotFinite{figure};
}

}  // namespace revolute
