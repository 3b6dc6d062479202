#pragma once

#include <revolute/graph/program/program.hpp>
#include <revolute/tools/computation/computation.hpp>
#include <revolute/tools/training/forecast_model.hpp>

#include <CLI/CLI.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace revolute {

/// --reference.
CLI::Option* add_reference_option(CLI::App& command, bool& is_reference);
/// What --reference asks for.
ComputedBy computed_by(bool is_reference);

/// --precision: f64 or f32.
void add_precision_option(CLI::App& command, Precision& precision,
                          const std::string& what = "Numbers that the program computes with");

/// How commands compile: a program may need as much memory as the machine has.
CompileOptions compile_options(Precision precision);

/// How many threads a command uses that was asked for so many: at most one for each processor that
/// the process may use, since more only wait for each other. Says on standard error where that is
/// fewer.
std::size_t threads_at_hand(std::string_view command, std::size_t asked);
/// The memory that this process may have: the machine's, or less where the system limits it; of an
/// address space that is limited, what is not in use.
std::size_t available_memory();
/// --memory; the default is half of what is available.
void add_memory_option(CLI::App& command, std::size_t& bytes);
/// --threads.
void add_threads_option(CLI::App& command, std::size_t& threads);

}  // namespace revolute
