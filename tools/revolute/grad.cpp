#include "commands.hpp"
#include "options/case_input.hpp"
#include "options/finite_options.hpp"
#include "options/option_values.hpp"
#include "options/program_options.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/exchange/case_rounding.hpp>
#include <revolute/tools/exchange/given_precision.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace revolute {

namespace {

struct GradOptions {
    std::string file;
    bool json = false;
    FiniteOptions finite;
    bool is_reference = false;
    std::optional<double> tolerance;
};

void print_matrix(const std::string& name, const Matrix& matrix) {
    print("\n{} {}\n", name, to_string(matrix.shape()));
    for (int r = 0; r < matrix.rows(); ++r) {
        for (int c = 0; c < matrix.columns(); ++c) print("{:>14.6g}", printable(matrix(r, c)));
        print("\n");
    }
}

void print_sequence(const char* name, std::span<const Matrix> sequence) {
    for (std::size_t i = 0; i < sequence.size(); ++i)
        print_matrix(sequence.size() == 1 ? name : fmt::format("{}[{}]", name, i), sequence[i]);
}

void print_result(const CaseResult& result) {
    print("loss {:.17g}\n", printable(result.loss.value()));
    print_sequence("yhat", result.yhat);
    for (const NamedArray& array : result.grads) print_matrix("d " + array.name, array.value);
    print_sequence("dx", result.dx);
    for (const StateArrays& states : result.dinitial)
        print_sequence(states.name.c_str(), states.values);
}

/// Beside what is expected; whether all arrays agree.
bool print_comparison(const Case& of, const CaseResult& result, const GradOptions& options) {
    const CaseResult& expected = of.expected.value();
    const double tolerance = options.tolerance.value_or(case_tolerance);
    const std::map<std::string, double> in_double = rounding_floors(of);
    const std::map<std::string, ArrayRounding> roundings =
        options.tolerance ? roundings_in(Rounding::none, in_double)
                          : given_roundings(expected, result, in_double);
    const Rounding precision = precision_of(roundings);
    std::map<std::string, double> floors;
    for (const auto& [name, rounding] : roundings) floors[name] = rounding.floor;
    const std::vector<ArrayComparison> rows = compare(result, expected, tolerance, floors);
    const auto first = std::ranges::find(rows, false, &ArrayComparison::agrees);
    const std::string note =
        precision_note(precision, last_digit_of(roundings), "The gradients expected") +
        rounding_note(rounding_in(rows));
    if (!options.json)
        print("\n{}relative: largest difference / largest entry expected, at most {:g} agrees\n{}",
              to_table(rows, not_compared(result, expected)), tolerance, note);
    else if (first != rows.end())  // the standard output holds the object alone
        tell(
            "{} differs from what is expected: by {:.3e}, relative to the largest entry "
            "{:.3e}; at most {:g} agrees\n{}",
            first->name, first->difference, first->relative, tolerance, note);
    return first == rows.end();
}

/// Numbers that mean nothing are no success, though all of them are printed.
void require_finite(const CaseResult& result) {
    if (const auto found = first_not_finite(result))
        throw EvaluationError(fmt::format(
            "grad: not every number is finite ({})\n  the first is {}\n  --check-finite names the "
            "operator and the step where that begins, and draws them",
            found->value, found->place));
}

void grad(const GradOptions& options) {
    const Case of = case_from("grad", options.file);
    const CaseResult result =
        solve(of, computed_by(options.is_reference), not_finite_report(options.finite));
    if (options.json)
        print("{}", to_json(result, of));
    else
        print_result(result);
    const bool agrees = !of.expected || print_comparison(of, result, options);
    require_finite(result);
    if (!agrees) throw CLI::RuntimeError(1);
}

}  // namespace

void add_grad_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "grad", "Loss and gradients of a net given as a file, in PyTorch's names and layout");
    const auto options = std::make_shared<GradOptions>();
    command
        .add_option("CASE.json", options->file, "The net, its data and, if known, its gradients")
        ->required()
        ->check(file_name());
    command.add_flag("--json", options->json, "Print JSON in the layout of the file");
    add_tolerance_option(command, options->tolerance);
    add_finite_options(command, options->finite);
    add_reference_option(command, options->is_reference);
    command.footer(
        "Exit status 1 when a number is not finite, or the file holds gradients and one differs.\n"
        "The format: docs/grad.md\n\n"
        "Example:\n  revolute grad lstm.json --json");
    command.callback([options] { grad(*options); });
}

}  // namespace revolute
