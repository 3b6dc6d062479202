#include "commands.hpp"
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/figure.hpp>
#include <revolute/tools/render.hpp>

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>

namespace revolute {

namespace {

constexpr std::size_t most_nodes = 2000;

enum class View : std::uint8_t { forward, backward, joint, local };

struct DrawOptions {
    std::string cell = "simple";
    Sizes sizes{.steps = 3, .input = 2, .hidden = 3, .output = 1, .batch = 1};
    InitialState initial = InitialState::given;
    View view = View::forward;
    LabelMode labels = LabelMode::formula;
    std::string title;
    std::string output;
    bool force = false;
};

const std::map<std::string, View> views{{"forward", View::forward},
                                        {"backward", View::backward},
                                        {"joint", View::joint},
                                        {"local", View::local}};
const std::map<std::string, LabelMode> label_modes{
    {"formula", LabelMode::formula}, {"op", LabelMode::op}, {"shape", LabelMode::shape}};
const std::map<std::string, InitialState> initial_states{{"zero", InitialState::zero},
                                                         {"given", InitialState::given},
                                                         {"trainable", InitialState::trainable}};

std::string title_of(const DrawOptions& options) {
    if (!options.title.empty()) return options.title;
    const std::map<View, std::string> what{{View::forward, "forward graph"},
                                           {View::backward, "backward graph"},
                                           {View::joint, "forward and backward graph"},
                                           {View::local, "local derivatives"}};
    const int steps = options.sizes.steps;
    return fmt::format("Simple RNN, many-to-one, {} {}: {}", steps, steps == 1 ? "step" : "steps",
                       what.at(options.view));
}

Figure figure_of(const ManyToOne& net, const DrawOptions& options) {
    const FigureOptions figure{title_of(options), options.labels, false};
    if (options.view == View::forward) return forward(net.loss, figure);
    const Derivative derivative = differentiate(net.loss, net.variables());
    if (options.view == View::backward) return backward(derivative, figure);
    return options.view == View::joint ? joint(derivative, figure)
                                       : local_derivatives(derivative, figure);
}

void draw(const DrawOptions& options) {
    figure_format(options.output);  // refuses before anything is made
    Graph graph;
    const SimpleRnn cell(graph, options.sizes.input, options.sizes.hidden);
    const Figure figure = figure_of(many_to_one(cell, options.sizes, options.initial), options);
    if (figure.nodes.size() > most_nodes && !options.force)
        throw Error(fmt::format(
            "draw: a figure of {} nodes is too large to read (at most {})\n  ask for fewer "
            "--steps, or add --force",
            figure.nodes.size(), most_nodes));
    write_figure(options.output, figure);
}

}  // namespace

void add_draw_command(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("draw", "Draw the forward or backward graph of a recurrent net");
    const auto options = std::make_shared<DrawOptions>();
    command.option_defaults()->always_capture_default();
    command.add_option("--cell", options->cell, "Cell: simple")->check(CLI::IsMember({"simple"}));
    const auto add_size = [&command](const char* name, int& size, const char* what) {
        command.add_option(name, size, what)->check(CLI::Range(1, 1'000'000));
    };
    add_size("--steps", options->sizes.steps, "Number of steps N");
    add_size("--hidden", options->sizes.hidden, "Hidden units H");
    add_size("--input", options->sizes.input, "Inputs I");
    add_size("--output", options->sizes.output, "Outputs O");
    add_size("--batch", options->sizes.batch, "Columns B of the batch");
    command.option_defaults()->always_capture_default(false);
    command
        .add_option("--initial", options->initial,
                    "Initial state: zero, given (default) or trainable")
        ->transform(CLI::CheckedTransformer(initial_states));
    command
        .add_option("--view", options->view,
                    "forward (default), backward, joint (both) or local (derivatives on the edges)")
        ->transform(CLI::CheckedTransformer(views));
    command.add_option("--labels", options->labels, "Labels: formula (default), op or shape")
        ->transform(CLI::CheckedTransformer(label_modes));
    command.add_option("--title", options->title, "Title, in place of one that says what is drawn");
    command.add_flag("--force", options->force, "Draw more than 2000 nodes");
    command.add_option("-o", options->output, "File to write: .dot, .svg, .pdf or .png")
        ->required();
    command.footer("Example:\n  revolute draw --cell simple --steps 3 --view joint -o joint.svg");
    command.callback([options] { draw(*options); });
}

}  // namespace revolute
