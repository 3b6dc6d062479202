#include "commands.hpp"
#include "options/net_options.hpp"
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/layout/layout.hpp>
#include <revolute/tools/figures/render.hpp>
#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

constexpr std::int64_t most_nodes = 2000;
/// A graph of so many steps shows what there is at any number of them.
constexpr int few_steps = 8;
/// Of fewer steps none is left out between the first two and the last.
constexpr int least_elided = 4;

enum class View : std::uint8_t { forward, backward, joint, local };

struct DrawOptions {
    NetOptions net{{.steps = 3, .input = 2, .hidden = 3, .output = 1, .batch = 1},
                   {.initial = InitialState::given}};
    View view = View::forward;
    LabelMode labels = LabelMode::formula;
    std::optional<std::string> title;
    std::string output;
    std::optional<FigureFormat> format;
    bool has_steps = true;  ///< whether their number was given
    bool fold = false;
    bool elide = false;
    bool force = false;
    bool simplify = false;
    bool as_built = false;
};

const Choices<View> views{{"forward", View::forward},
                          {"backward", View::backward},
                          {"joint", View::joint},
                          {"local", View::local}};
const Choices<FigureFormat> figure_formats{{"dot", FigureFormat::dot},
                                           {"svg", FigureFormat::svg},
                                           {"pdf", FigureFormat::pdf},
                                           {"png", FigureFormat::png}};
const Choices<LabelMode> label_modes{
    {"formula", LabelMode::formula}, {"op", LabelMode::op}, {"shape", LabelMode::shape}};

std::string title_of(const DrawOptions& options, ShownSteps shown) {
    if (options.title) return *options.title;
    const std::map<View, std::string> what{{View::forward, "forward graph"},
                                           {View::backward, "backward graph"},
                                           {View::joint, "forward and backward graph"},
                                           {View::local, "local derivatives"}};
    std::string steps = detail::plural(options.net.sizes.steps, "step");
    if (shown != ShownSteps::all) steps = options.has_steps ? "T + 1 = " + steps : "T + 1 steps";
    return fmt::format("{}, {}: {}", describe(options.net), steps, what.at(options.view));
}

/// The rules by which a graph is simplified; null: it stays as it is built.
using Rules = const RuleSet*;

/// The forms in which a folded figure may be drawn, the simplest first: where simplification makes
/// a step unlike the others, a graph that is less simplified may still be folded.
std::vector<Rules> folded_forms(const DrawOptions& options) {
    if (options.as_built) return {nullptr};
    return {&simplification_rules(), &simplification_rules_for_any_steps(),
            &simplification_rules_that_keep_numbers(), nullptr};
}

/// Folded figures are of the simplified graph, others of the graph as it is built, unless it is
/// said.
std::vector<Rules> forms_of(const DrawOptions& options, ShownSteps shown) {
    if (shown == ShownSteps::folded) return folded_forms(options);
    return {options.simplify ? &simplification_rules() : nullptr};
}

/// A net with its derivative, and how both were simplified.
struct DrawnNet {
    std::unique_ptr<Graph> graph;
    Derivative derivative;
    std::optional<SimplifyReport> simplification;
};

DrawnNet drawn_net(const DrawOptions& options, int steps, Rules rules) {
    auto graph = std::make_unique<Graph>();
    const NetToDerive net = net_of(*graph, options.net, steps);
    Derivative built = differentiate(net.loss, net.variables, Unreachable::zeros);
    if (rules == nullptr) return {std::move(graph), std::move(built), std::nullopt};
    auto simpler = std::make_unique<Graph>();
    SimplifiedDerivative simplified = simplify(built, *simpler, *rules);
    return {std::move(simpler), std::move(simplified.derivative), std::move(simplified.report)};
}

Figure figure_of(const DrawOptions& options, const DrawnNet& net, ShownSteps shown,
                 std::optional<std::vector<NumberLaw>> laws = std::nullopt) {
    const FigureOptions figure{
        title_of(options, shown),
        options.labels,
        false,
        shown,
        options.has_steps ? std::optional(options.net.sizes.steps) : std::nullopt,
        std::move(laws)};
    switch (options.view) {
        case View::forward:
            return forward(net.derivative.loss(), figure);
        case View::backward:
            return backward(net.derivative, figure);
        case View::joint:
            return joint(net.derivative, figure);
        case View::local:
            break;
    }
    return local_derivatives(net.derivative, figure);
}

/// How a figure is drawn that does not show all steps.
ShownSteps shortened_by(const DrawOptions& options) {
    return options.elide ? ShownSteps::elided : ShownSteps::folded;
}

/// What there is at any number of steps, if that is known of few, and in which form.
struct FoundSteps {
    AnySteps any{};
    Rules rules = nullptr;
};

/// Found of graphs of `fewest` steps or a few more.
AnySteps any_steps(const DrawOptions& options, Rules rules, std::int32_t fewest = few_steps) {
    constexpr std::int32_t enough = 64;
    return roll_any_steps(
        enough,
        [&](std::int32_t steps) {
            const DrawnNet net = drawn_net(options, steps, rules);
            // What a figure does not show need not be alike.
            if (options.view != View::forward) return roll(net.derivative.loss_and_gradients());
            const Expr loss = net.derivative.loss();
            return roll(std::span(&loss, 1));
        },
        fewest);
}

FoundSteps found_steps(const DrawOptions& options) {
    FoundSteps found;
    for (const Rules rules : forms_of(options, shortened_by(options))) {
        found = {any_steps(options, rules), rules};
        if (found.any.rolled) break;
    }
    return found;
}

/// Whether the net of few steps has all that the net has, and only that.
bool few_stand_for_all(const DrawOptions& options, const AnySteps& found) {
    if (!found.rolled) return false;
    const auto least = found.rolled->least_steps();
    return least && *least <= options.net.sizes.steps;
}

/// Why the steps are drawn one by one.
std::string why_all(const AnySteps& found) {
    return found.rolled ? ", as they are too few to be alike"
                        : fmt::format("\n  {}", found.refusal);
}

/// Number of nodes of the figure of all steps, found without drawing it.
std::int64_t node_count(const DrawOptions& options) {
    const auto nodes = [&](int steps) {
        const DrawnNet net = drawn_net(options, steps, forms_of(options, ShownSteps::all).front());
        return static_cast<std::int64_t>(figure_of(options, net, ShownSteps::all).nodes.size());
    };
    const std::int64_t few = nodes(few_steps);
    return few + (options.net.sizes.steps - few_steps) * (nodes(few_steps + 1) - few);
}

bool is_shortened(const DrawOptions& options) { return options.fold || options.elide; }

/// Whether all steps are drawn, whichever are alike: as is said, since the figure is small, or
/// since the net is of no other number of steps.
bool is_of_all_steps(const DrawOptions& options) {
    if (buildable_steps(options.net.text) == BuildableSteps::fixed) {
        if (is_shortened(options))
            tell("draw: {} are drawn one by one, as the text says how many there are\n",
                 detail::plural(options.net.sizes.steps, "step"));
        return true;
    }
    return options.force || (!is_shortened(options) && node_count(options) <= most_nodes);
}

/// Which steps to draw, when that is not all that was asked for, says so.
ShownSteps steps_to_show(const DrawOptions& options, const AnySteps& found, Activity& activity) {
    const ShownSteps shortened = shortened_by(options);
    if (is_shortened(options) && !options.has_steps) return shortened;
    if (!few_stand_for_all(options, found)) {
        activity.make_way();
        if (is_shortened(options))
            tell("draw: {} {} drawn one by one{}\n",
                 detail::plural(options.net.sizes.steps, "step"),
                 options.net.sizes.steps == 1 ? "is" : "are", why_all(found));
        return ShownSteps::all;
    }
    if (is_shortened(options)) return shortened;
    activity.make_way();
    tell(
        "draw: folded, as a figure of {} nodes is too large to read (more than {}); "
        "--force draws all of it\n",
        node_count(options), most_nodes);
    return ShownSteps::folded;
}

void require_format(std::string output) {
    const auto require = [](const std::string& file) { figure_format(file); };
    const std::string refusal = accepted_by(require)(output);
    if (!refusal.empty()) throw CLI::ValidationError("-o", refusal);
}

bool is_rendered(const DrawOptions& options) {
    const FigureFormat format = options.format ? *options.format : figure_format(options.output);
    return format != FigureFormat::dot;
}

/// A long net as PNG is a strip that nobody can read.
void tell_if_coarse(const DrawOptions& options, const Figure& figure) {
    const FigureFormat format = options.format ? *options.format : figure_format(options.output);
    const double pixels = pixels_per_point(figure.box);
    if (format != FigureFormat::png || !figure.is_laid_out || pixels >= 1) return;
    tell(
        "draw: a PNG of this size has only {:.2g} pixels to a point; .svg and .pdf are as sharp as "
        "ever, --fold draws one step for all\n",
        pixels);
}

void require_memory_of_figure(const DrawOptions& options, bool is_of_few_steps) {
    const bool has_backward_pass = options.view != View::forward;
    require_memory("draw", options.net,
                   memory_of_figure({has_backward_pass, is_rendered(options), is_of_few_steps}));
}

/// A figure, and of what it was made.
struct Drawn {
    Figure figure;
    int steps = 0;
    std::optional<SimplifyReport> simplification;
};

Drawn drawn(const DrawOptions& options, int steps, Rules rules, ShownSteps shown,
            std::optional<std::vector<NumberLaw>> laws = std::nullopt) {
    DrawnNet net = drawn_net(options, steps, rules);
    return {figure_of(options, net, shown, std::move(laws)), steps, std::move(net.simplification)};
}

Drawn with_steps_found(const DrawOptions& options, const FoundSteps& found, ShownSteps shown) {
    if (!found.any.rolled)
        return drawn(options, few_steps, forms_of(options, shown).front(), shown);
    return drawn(options, found.any.built_with, found.rules, shown, number_laws(*found.any.rolled));
}

/// Where the first steps fold away, or have cases of their own, graphs of few steps have no room.
Drawn with_few_steps(const DrawOptions& options, FoundSteps found, ShownSteps shown) {
    constexpr std::int32_t more = 4, most = 20;
    for (std::int32_t fewest = few_steps;;) {
        try {
            return with_steps_found(options, found, shown);
        } catch (const GraphError&) {
            if (!found.any.rolled || fewest == most) throw;
            fewest += more;
            found.any = any_steps(options, found.rules, fewest);
            if (!found.any.rolled) throw;
        }
    }
}

void draw(const DrawOptions& options) {
    require_writable(options.output);  // before anything is made
    if (options.elide && options.has_steps && options.net.sizes.steps < least_elided)
        throw CLI::ValidationError("--elide", fmt::format("needs at least {} steps ({})",
                                                          least_elided, options.net.sizes.steps));
    require_memory_of_figure(options, !options.force);
    Activity activity("draw");
    activity.now("looking which steps are alike");
    FoundSteps found;
    ShownSteps shown = ShownSteps::all;
    if (!is_of_all_steps(options)) {
        found = found_steps(options);
        shown = steps_to_show(options, found.any, activity);
    }
    require_memory_of_figure(options, shown != ShownSteps::all);
    activity.now("making the figure");
    Drawn made = shown == ShownSteps::all ? drawn(options, options.net.sizes.steps,
                                                  forms_of(options, shown).front(), shown)
                                          : with_few_steps(options, std::move(found), shown);
    activity.now(is_rendered(options) ? "laying the figure out, which Graphviz then draws"
                                      : "laying the figure out");
    lay_out(made.figure);
    write_figure(options.output, made.figure, options.format);
    activity.make_way();
    tell_if_coarse(options, made.figure);
    if (made.simplification) tell_simplification(made.steps, *made.simplification);
}

}  // namespace

void add_draw_command(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("draw", "Draw the forward or backward graph of a recurrent net");
    const auto options = std::make_shared<DrawOptions>();
    add_net_options(command, options->net);
    command
        .add_option("--view", options->view,
                    "forward (default), backward, both in joint, or local derivatives on the edges")
        ->transform(one_of(views));
    command.add_option("--labels", options->labels, "What labels say, formulas by default")
        ->transform(one_of(label_modes));
    command.add_option("--title", options->title,
                       "Title, in place of one that says what is drawn; empty for none");
    CLI::Option* const fold = command.add_flag(
        "--fold", options->fold, "Draw one step that stands for all; else done above 2000 nodes");
    CLI::Option* const elide =
        command
            .add_flag("--elide", options->elide, "Draw the first two steps and the last, and dots")
            ->excludes(fold);
    command.add_flag("--force", options->force, "Draw all steps, even more than 2000 nodes")
        ->excludes(fold)
        ->excludes(elide);
    CLI::Option* const simplify = command.add_flag(
        "--simplify", options->simplify, "Draw the simplified graph, as --fold does by itself");
    command.add_flag("--as-built", options->as_built, "Draw the graph as it is built, folded too")
        ->excludes(simplify);
    command
        .add_option("-o", options->output,
                    "File to write: .dot, .svg, .pdf or .png; - for the standard output")
        ->required();
    command
        .add_option(
            "--format", options->format,
            "dot, svg, pdf or png, whatever the file's name ends in; dot by default for the "
            "standard output, a pipe or a device")
        ->transform(one_of(figure_formats));
    command.footer(
        "Example:\n  revolute draw --cell lstm --layers 2 --steps 3 --view backward -o lstm.svg");
    command.callback([options, &command] {
        options->has_steps = command.count("--steps") > 0;
        if (!options->format) require_format(options->output);
        draw(*options);
    });
}

}  // namespace revolute
