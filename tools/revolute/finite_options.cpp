#include "finite_options.hpp"

#include "option_values.hpp"
#include <revolute/tools/output_file.hpp>
#include <revolute/tools/render.hpp>

namespace revolute {

void add_finite_options(CLI::App& command, FiniteOptions& options) {
    CLI::Option* const check =
        command.add_flag("--check-finite", options.check,
                         "Stop at the first value that is not finite, name it and draw it in red");
    command
        .add_option("--finite-dot", options.figure,
                    "File that --check-finite draws to: .dot, .svg, .pdf or .png")
        ->check(accepted_by([](const std::string& file) { figure_format(file); }))
        ->capture_default_str()
        ->needs(check);
}

std::optional<std::filesystem::path> finite_figure(const FiniteOptions& options) {
    if (!options.check) return std::nullopt;
    require_writable(options.figure);
    return options.figure;
}

}  // namespace revolute
