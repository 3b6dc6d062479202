#include "case_input.hpp"

#include "option_values.hpp"
#include "program_options.hpp"
#include <revolute/tools/cost/memory_need.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <span>

namespace revolute {

namespace {

void warn_of(std::span<const std::string> keys, const std::string& file) {
    for (const std::string& key : keys)
        tell("{}: warning: {} has no meaning here and is not read\n", file, key);
}

}  // namespace

Case case_from(std::string_view command, const std::string& file) {
    Case result = read_case(file);
    warn_of(result.unknown_keys, file);
    if (result.expected) warn_of(result.expected->unknown_keys, file);
    require_memory(command, {result.sizes, result.architecture}, memory_of_case, {},
                   available_memory());
    return result;
}

CaseResult gradients_from(const std::string& file, const Case& of) {
    CaseResult result = parse_gradients(read_file(file), file, of);
    warn_of(result.unknown_keys, file);
    return result;
}

void add_tolerance_option(CLI::App& command, std::optional<double>& tolerance) {
    command
        .add_option("--tolerance", tolerance,
                    "Largest difference that agrees, relative to the largest entry of an array")
        ->default_str(
            fmt::format("{:g}, more where numbers have less than double precision", case_tolerance))
        ->check(number_between(1e-14, 1e-3));
}

}  // namespace revolute
