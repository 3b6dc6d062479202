#pragma once

#include <revolute/tools/exchange/case_file.hpp>

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace revolute {

/// Reads a case for a command, with a warning on standard error for each key that means nothing: a
/// file from another program may have more, but a key may also be misspelt. Throws CapacityError
/// where the net takes more memory than there is.
Case case_from(std::string_view command, const std::string& file);
/// The same for gradients alone.
CaseResult gradients_from(const std::string& file, const Case& of);

/// --tolerance: which differences of gradients agree; none to go by the precision of what is given.
void add_tolerance_option(CLI::App& command, std::optional<double>& tolerance);

}  // namespace revolute
