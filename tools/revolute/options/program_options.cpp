#include "program_options.hpp"

#include "address_space.hpp"
#include "net_options.hpp"
#include "option_values.hpp"
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace revolute {

CLI::Option* add_reference_option(CLI::App& command, bool& is_reference) {
    return command.add_flag(
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

std::size_t available_memory() {
    const auto pages = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES));
    std::size_t bytes = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    if (const auto most = address_space_limit())
        bytes = std::min(bytes, *most - std::min(*most, address_space_in_use()));
    std::ifstream of_container("/sys/fs/cgroup/memory.max");  // a number, or "max"
    if (std::size_t most = 0; of_container >> most) bytes = std::min(bytes, most);
    return bytes;
}

CompileOptions compile_options(Precision precision) {
    return {.precision = precision, .memory_limit = available_memory()};
}

void add_memory_option(CLI::App& command, std::size_t& bytes) {
    bytes = available_memory() / 2;
    command
        .add_option(
            "--memory", bytes,
            "Most memory that the programs of a step may take, such as 500MB or 2GB; a batch "
            "that needs more is computed in pieces")
        ->transform(size_in_bytes())
        ->default_str("half of what there is");
}

void add_threads_option(CLI::App& command, std::size_t& threads) {
    command
        .add_option("--threads", threads,
                    "Threads that a run may use, at most one for each processor; it uses fewer "
                    "where there is too little to do")
        ->check(whole_number(1, 256));
}

std::size_t threads_at_hand(std::string_view command, std::size_t asked) {
    const std::size_t processors = std::thread::hardware_concurrency();  // 0: not known
    if (processors == 0 || asked <= processors) return asked;
    tell("{}: {} threads were asked for; there {} here, so {} used\n", command, asked,
         processors == 1 ? "is 1 processor" : fmt::format("are {} processors", processors),
         processors == 1 ? "1 is" : fmt::format("{} are", processors));
    return processors;
}

}  // namespace revolute
