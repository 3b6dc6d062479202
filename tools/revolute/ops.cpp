#include "commands.hpp"
#include <revolute/tools/reference/operator_table.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

namespace revolute {

void add_ops_command(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("ops", "Print the operators with their derivatives, as Markdown");
    command.footer("Example:\n  revolute ops > ops.md");
    command.callback([] {
        print(
            "# Operators\n\n"
            "Made by `revolute ops`. In formulas, juxtaposition is the matrix product, o the "
            "product entry\n"
            "by entry, x^2 the square of each entry, * a 1 x 1 node times a matrix, ' the "
            "transpose; y_bar is\n"
            "the adjoint dL/dy. The derivatives are what the operators' rules return for symbols. "
            "mse is HALF\n"
            "the squared error, "
            "summed over rows and averaged over columns; so are the other losses, without the "
            "half. Where\n"
            "a formula is but a name, a second = says what that computes: of one entry where the "
            "operator works\n"
            "entry by entry. Entries are numbered from row r = 0 and column c = 0; B is the number "
            "of columns.\n\n"
            "At its kink an operator has one of its one-sided derivatives, or a number between "
            "them: abs, sign\n"
            "and mae have 0 at 0, relu and heaviside 0, leaky_relu its slope, elu its alpha, clamp "
            "0 at its bounds.\n"
            "Of equal operands minimum and maximum take the first, row_max and column_max the "
            "first of the largest\n"
            "entries. The second derivatives are zero there, with two exceptions: elu has its "
            "alpha at 0, and huber,\n"
            "whose derivative has a kink at delta, the 0 of its outer piece. A derivative written "
            "as 0 is zero\n"
            "wherever there is one, or is cut on purpose (stop_gradient); a variable that reaches "
            "the loss through\n"
            "such operands alone counts as unreachable.\n\n"
            "Minus infinity is a value: the logarithm of what cannot be, as in scores of masked "
            "places. softmax gives\n"
            "it 0, and to a column of nothing else zeros, with derivatives of zero; log_sum_exp of "
            "such a column is\n"
            "-inf, with a derivative of zeros. (One entry of +inf gets 1, two give NaN.) No "
            "operator's "
            "derivative is NaN at\n"
            "-inf where its value is not, unless infinite terms of opposite sign meet in a sum; "
            "but 0 times -inf is\n"
            "NaN in any product, so scale scores before you mask them.\n\n"
            "Cross-entropies, sigmoid_error and softmax_error cancel nothing, however small they "
            "are. An entry's\n"
            "binary cross-entropy is right to six units in the last place for targets from 0 to "
            "1, its derivative to\n"
            "eight for 0 and 1; for targets between, the derivative is right to two units of the "
            "target. The\n"
            "cross-entropy of C classes and its derivatives are right to C + 6 units, and half of "
            "d more where exp\n"
            "of a difference d of two entries is what counts. Programs with float32 do so in units "
            "of float32.\n"
            "Second derivatives of the softmax are right to a unit of 1, not of a share next to 0 "
            "or 1.\n\n{}",
            operator_table());
    });
}

}  // namespace revolute
