#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace revolute {

/// What --check-finite asks for.
struct FiniteOptions {
    bool check = false;
    std::string figure = "nonfinite.dot";
};

/// --check-finite and --finite-dot.
void add_finite_options(CLI::App& command, FiniteOptions& options);

/// Where to draw the first value that is not finite; none when nobody asked. Throws FileError, before
/// anything is computed, for a file that cannot be written.
std::optional<std::filesystem::path> finite_figure(const FiniteOptions& options);

}  // namespace revolute
