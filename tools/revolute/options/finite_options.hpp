#pragma once

#include <revolute/tools/computation/computation.hpp>

#include <CLI/CLI.hpp>

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

/// Draws the first value that is not finite; empty when nobody asked. Throws, before anything is
/// computed, FileError for a file that cannot be written, and Error for one of the default name
/// that is of something else, unless it may be overwritten.
NotFiniteReport not_finite_report(const FiniteOptions& options, bool overwrite = false);

}  // namespace revolute
