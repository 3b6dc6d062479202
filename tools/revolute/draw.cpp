#include "commands.hpp"
#include "net_options.hpp"
#include <revolute/tools/figure.hpp>
#include <revolute/tools/render.hpp>

#include <fmt/format.h>

#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>

namespace revolute {

namespace {

constexpr std::size_t most_nodes = 2000;

enum class View : std::uint8_t { forward, backward, joint, local };

struct DrawOptions {
    Architecture architecture{.initial = InitialState::given};
    std::optional<Answers> answers;
    Sizes sizes{.steps = 3, .input = 2, .hidden = 3, .output = 1, .batch = 1};
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

bool answers_every_step(const DrawOptions& options) {
    return answers_every_step(options.answers, options.architecture);
}

std::string title_of(const DrawOptions& options) {
    if (!options.title.empty()) return options.title;
    const std::map<View, std::string> what{{View::forward, "forward graph"},
                                           {View::backward, "backward graph"},
                                           {View::joint, "forward and backward graph"},
                                           {View::local, "local derivatives"}};
    const int steps = options.sizes.steps;
    return fmt::format("{}, {}, {} {}: {}", describe(options.architecture),
                       answers_every_step(options) ? "many-to-many" : "many-to-one", steps,
                       steps == 1 ? "step" : "steps", what.at(options.view));
}

RecurrentNet net_of(Graph& graph, const DrawOptions& options) {
    Architecture architecture = options.architecture;
    if (answers_every_step(options)) {
        architecture.answers.resize(static_cast<std::size_t>(options.sizes.steps));
        std::iota(architecture.answers.begin(), architecture.answers.end(), 0);
    }
    return recurrent_net(graph, options.sizes, architecture);
}

Figure figure_of(const RecurrentNet& net, const DrawOptions& options) {
    const FigureOptions figure{title_of(options), options.labels, false};
    if (options.view == View::forward) return forward(net.loss(), figure);
    const Derivative derivative = differentiate(net.loss(), net.variables());
    if (options.view == View::backward) return backward(derivative, figure);
    return options.view == View::joint ? joint(derivative, figure)
                                       : local_derivatives(derivative, figure);
}

void draw(const DrawOptions& options) {
    figure_format(options.output);  // refuses before anything is made
    Graph graph;
    const Figure figure = figure_of(net_of(graph, options), options);
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
    add_architecture_options(command, options->architecture);
    add_size_options(command, options->sizes);
    add_initial_option(command, options->architecture.initial);
    add_answers_option(command, options->answers);
    command
        .add_option("--view", options->view,
                    "forward (default), backward, both in joint, or local derivatives on the edges")
        ->transform(CLI::CheckedTransformer(views).description("{forward,backward,joint,local}"));
    command.add_option("--labels", options->labels, "What labels say, formulas by default")
        ->transform(CLI::CheckedTransformer(label_modes).description("{formula,op,shape}"));
    command.add_option("--title", options->title, "Title, in place of one that says what is drawn");
    command.add_flag("--force", options->force, "Draw more than 2000 nodes");
    command.add_option("-o", options->output, "File to write: .dot, .svg, .pdf or .png")
        ->required();
    command.footer(
        "Example:\n  revolute draw --cell lstm --layers 2 --steps 3 --view backward -o lstm.svg");
    command.callback([options] { draw(*options); });
}

}  // namespace revolute
