#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace revolute {

/// What --check-finite asks for.
struct FiniteOptions {
    bool check = false;
    std::optional<std::string> figure{};  ///< none: nonfinite.dot
};

/// --check-finite and --finite-dot.
void add_finite_options(CLI::App& command, FiniteOptions& options);

/// Where to draw the first value that is not finite; none when nobody asked. Throws, before anything is
/// computed, FileError for a file that cannot be written, and Error for one of the default name that is of
/// something else, unless it may be overwritten.
std::optional<std::filesystem::path> finite_figure(const FiniteOptions& options,
                                                   bool overwrite = false);

}  // namespace revolute
