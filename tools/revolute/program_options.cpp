#include "program_options.hpp"

#include "net_options.hpp"

#include <unistd.h>

namespace revolute {

void add_reference_option(CLI::App& command, bool& is_reference) {
    command.add_flag(
        "--reference", is_reference,
        "Compute node by node with the reference evaluator, not by a compiled program");
}

ComputedBy computed_by(bool is_reference) {
    return is_reference ? ComputedBy::reference : ComputedBy::program;
}

void add_precision_option(CLI::App& command, Precision& precision, const std::string& what) {
    add_choice(command, "--precision", precision, what,
               {{std::string(name_of(Precision::float64)), Precision::float64},
                {std::string(name_of(Precision::float32)), Precision::float32}});
}

std::string_view name_of(Precision precision) {
    return precision == Precision::float64 ? "f64" : "f32";
}

CompileOptions compile_options(Precision precision) {
    const auto pages = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES));
    const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return {.precision = precision, .memory_limit = pages * size};
}

}  // namespace revolute
