#include "check_report.hpp"
#include "commands.hpp"
#include "options/net_options.hpp"
#include "options/program_options.hpp"
#include <revolute/tools/checks/gradient_report.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/verification/random_leaves.hpp>

#include <fmt/format.h>

#include <memory>

namespace revolute {

namespace {

struct CheckCommand {
    Sizes sizes{.steps = 3, .input = 2, .hidden = 4};
    Architecture architecture{.initial = InitialState::given};
    TextNetOptions text{};
    std::uint64_t seed = 1;
    bool json = false;
    bool is_reference = false;
};

/// The gradients of a net from a text, which has no formulas derived by hand beside it.
NetCheck check_text(const CheckCommand& command, const CheckOptions& options) {
    Graph graph;
    const TextNet net = built_net(command.text, graph, command.sizes.steps, command.sizes.batch);
    CheckOptions with_seed = options;
    with_seed.differences.seed = command.seed;
    NetCheck result;
    result.gradients =
        check_gradient(net.loss, net.variables(), random_leaves(net, command.seed), with_seed);
    result.no_closed_form = "none for a net from a text";
    return result;
}

/// Checks, and tells somebody at a terminal how far it is where it takes long.
NetCheck check_with_progress(const CheckCommand& command) {
    Activity activity("check");
    activity.now("building the net");
    CheckOptions options;
    options.differences.computed_by = computed_by(command.is_reference);
    options.progress = [&](std::size_t done, std::size_t total) {
        activity.now(fmt::format("{} of {} probes of the finite differences", done, total));
    };
    if (command.text.is_used()) return check_text(command, options);
    return check_net(command.sizes, command.architecture, command.seed, options);
}

void check(const CheckCommand& command) {
    require_memory("check", {command.sizes, command.architecture, Answers::last, command.text},
                   memory_of_check);
    const NetCheck result = check_with_progress(command);
    if (command.json) {
        print("{}\n", to_json(result));
    } else {
        const Sizes& sizes = command.sizes;
        if (command.text.is_used())
            print("{}, {}, batch of {}\n\n{}", command.text.text->name(),
                  detail::plural(sizes.steps, "step"), sizes.batch, to_text(result));
        else
            print("{}, {}, {}, {}, {}, batch of {}\n\n{}", describe(command.architecture),
                  detail::plural(sizes.steps, "step"), detail::plural(sizes.input, "input"),
                  detail::plural(sizes.hidden, "hidden unit"),
                  detail::plural(sizes.output, "output"), sizes.batch, to_text(result));
    }
    if (!result.passes()) throw CLI::RuntimeError(1);
}

}  // namespace

void add_check_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "check",
        "Compare gradients with hand-derived BPTT, with forward mode and with finite differences");
    const auto options = std::make_shared<CheckCommand>();
    add_architecture_options(command, options->architecture);
    add_size_options(command, options->sizes);
    add_initial_option(command, options->architecture.initial);
    add_text_options(command, options->text, options->sizes);
    command.add_option("--seed", options->seed, "Seed of the random values")
        ->check(any_seed())
        ->capture_default_str();
    command.add_flag("--json", options->json, "Print JSON (docs/check.md says what is in it)");
    add_reference_option(command, options->is_reference);
    command.footer(
        "Exit status 1 when a gradient differs.\n\nExample:\n  revolute check --cell lstm --layers "
        "2 --steps 25 --hidden 8 --batch 3");
    command.callback([options] { check(*options); });
}

}  // namespace revolute
