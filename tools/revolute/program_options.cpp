#include "program_options.hpp"

#include "net_options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <thread>
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

std::size_t threads_at_hand(std::string_view command, std::size_t asked) {
    const std::size_t processors = std::thread::hardware_concurrency();  // 0: not known
    if (processors == 0 || asked <= processors) return asked;
    fmt::print(stderr, "{}: {} threads were asked for; there {} here, so {} used\n", command, asked,
               processors == 1 ? "is 1 processor" : fmt::format("are {} processors", processors),
               processors == 1 ? "1 is" : fmt::format("{} are", processors));
    return processors;
}

}  // namespace revolute
