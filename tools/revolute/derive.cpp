#include "commands.hpp"
#include "options/net_options.hpp"
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace revolute {

namespace {

/// So many tell what a net of any number of steps is.
constexpr int steps_for_any = 9;

enum class Format : std::uint8_t { text, latex, markdown };

struct DeriveOptions {
    NetOptions net{{.steps = 0, .input = 2, .hidden = 3, .output = 1, .batch = 1}};
    Format format = Format::text;
    EquationFormat written;
    bool as_built = false;
};

const Choices<Format> formats{
    {"text", Format::text}, {"latex", Format::latex}, {"markdown", Format::markdown}};
const Choices<EquationPart> parts{{"forward", EquationPart::forward},
                                  {"backward", EquationPart::backward},
                                  {"gradients", EquationPart::gradients}};
const Choices<TransposeSide> sides{{"right", TransposeSide::right}, {"left", TransposeSide::left}};

/// The net of so many steps and columns, rolled up.
RolledDerivative rolled_derivative(const DeriveOptions& options, int steps, int columns) {
    Graph graph;
    NetOptions of_columns = options.net;
    of_columns.sizes.batch = columns;
    const NetToDerive net = net_of(graph, of_columns, steps);
    return rolled_up(differentiate(net.loss, net.variables, Unreachable::zeros),
                     options.as_built ? Simplification::off : Simplification::on);
}

std::string written(const Equations& equations, const DeriveOptions& options) {
    switch (options.format) {
        case Format::text:
            return to_text(equations, options.written);
        case Format::latex:
            return to_latex(equations, options.written);
        case Format::markdown:
            break;
    }
    return to_markdown(equations, options.written);
}

void derive(const DeriveOptions& options) {
    NetOptions net = options.net;
    if (net.sizes.steps == 0) net.sizes.steps = steps_for_any;
    require_memory("derive", net, memory_of_derive);
    SimplifyReport report;
    std::int32_t of_steps = 0;
    std::optional<Activity> activity(std::in_place, "derive");
    const auto build = [&](std::int32_t steps, std::int32_t columns) {
        activity->now(fmt::format("folding a net of {}", detail::plural(steps, "step")));
        RolledDerivative built = rolled_derivative(options, steps, columns);
        if (of_steps == 0) report = built.simplification, of_steps = steps;  // of the first one
        activity->now("writing equations");
        return built;
    };
    const int steps = options.net.sizes.steps, columns = options.net.sizes.batch;
    const Equations equations =
        steps == 0 ? general_equations(build, columns)
                   : equations_of_steps(steps, build, columns, buildable_steps(options.net.text));
    const std::string text = written(equations, options);
    activity.reset();
    print("{}", text);
    if (!options.as_built) tell_simplification(of_steps, report);
}

/// --transpose is a choice of mathematical typesetting, which text has none of.
void require_typesetting(const CLI::Option& transpose, Format format) {
    if (!transpose.empty() && format == Format::text)
        throw CLI::ValidationError("--transpose", "needs --format latex or markdown");
}

}  // namespace

void add_derive_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "derive", "Print a recurrent net and its back-propagation through time as equations");
    const auto options = std::make_shared<DeriveOptions>();
    add_net_options(command, options->net);
    command.get_option("--steps")
        ->description("Number of steps N; without it, equations are for any N, with T = N - 1")
        ->default_str("");
    add_choice(command, "--format", options->format, "How equations are written", formats);
    command.add_option("--parts", options->written.parts, "Which of them, all by default")
        ->transform(one_of(parts))
        ->delimiter(',');
    const CLI::Option* transpose = add_choice(command, "--transpose", options->written.transpose,
                                              "Side of the transpose sign in mathematics", sides);
    command.add_flag("--as-built", options->as_built, "Equations of the graph as it is built");
    command.footer("Example:\n  revolute derive --cell gru --format latex > gru.tex");
    command.callback([options, transpose] {
        require_typesetting(*transpose, options->format);
        derive(*options);
    });
}

}  // namespace revolute
