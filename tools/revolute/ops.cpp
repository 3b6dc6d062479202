#include "commands.hpp"
#include <revolute/tools/operator_table.hpp>

#include <fmt/format.h>

namespace revolute {

void add_ops_command(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("ops", "Print the operators with their derivatives, as Markdown");
    command.footer("Example:\n  revolute ops > ops.md");
    command.callback([] {
        fmt::print(
            "# Operators\n\n"
            "Made by `revolute ops`. In formulas, juxtaposition is the matrix product, o the "
            "product entry\n"
            "by entry, * a 1 x 1 node times a matrix, ' the transpose; y_bar is the adjoint dL/dy. "
            "The\n"
            "derivatives are what the operators' rules return for symbols. mse is HALF the squared "
            "error,\n"
            "summed over rows and averaged over columns.\n\n{}",
            operator_table());
    });
}

}  // namespace revolute
