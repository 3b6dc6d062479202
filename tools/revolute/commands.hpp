#pragma once

#include <CLI/CLI.hpp>

// The commands of the program `revolute`, one file each. A command is added by a declaration here,
// a line in main.cpp and its file. What a command's callback throws is handled in main.cpp:
// CLI::RuntimeError ends the program with that status, Error is printed and ends it with 1.

namespace revolute {

void add_demo_command(CLI::App& program);
void add_draw_command(CLI::App& program);
void add_derive_command(CLI::App& program);
void add_check_command(CLI::App& program);
void add_train_command(CLI::App& program);
void add_weights_command(CLI::App& program);
void add_predict_command(CLI::App& program);
void add_grad_command(CLI::App& program);
void add_compare_command(CLI::App& program);
void add_cost_command(CLI::App& program);
void add_explain_command(CLI::App& program);
void add_bench_command(CLI::App& program);
void add_nets_command(CLI::App& program);
void add_verify_command(CLI::App& program);
void add_same_command(CLI::App& program);
void add_ops_command(CLI::App& program);

}  // namespace revolute
