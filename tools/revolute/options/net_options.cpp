#include "net_options.hpp"

#include "program_options.hpp"
#include <revolute/tools/cost/layer_table.hpp>
#include <revolute/tools/cost/net_cost.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <cctype>
#include <cstdio>

namespace revolute {

namespace {

const Choices<InitialState> initial_states{{"zero", InitialState::zero},
                                           {"given", InitialState::given},
                                           {"trainable", InitialState::trainable}};
const Choices<Answers> answer_modes{{"last", Answers::last}, {"every", Answers::every}};

}  // namespace

void add_architecture_options(CLI::App& command, Architecture& architecture) {
    std::vector<std::string> names;
    for (const CellKind kind : cell_kinds()) names.emplace_back(name_of(kind));
    command
        .add_option_function<std::string>(
            "--cell",
            [&architecture](const std::string& name) {
                architecture.cell = cell_kind(name).value();
            },
            "Cell of the net")
        ->check(word_among(std::move(names)))
        ->default_str(architecture.cell.name());
    command.add_option("--layers", architecture.layers, "Layers, each reading the one below")
        ->check(whole_number(1, 1000))
        ->capture_default_str();
    command.add_flag("--bidirectional", architecture.is_bidirectional,
                     "Every layer reads its input forward and backward in time");
    command.add_flag("--residual", architecture.is_residual,
                     "Every layer but the first adds its input to its output");
    command.parse_complete_callback([&architecture] {
        if (architecture.is_residual && architecture.layers == 1)
            tell("--residual does nothing in a net of one layer\n");
    });
}

void add_size_options(CLI::App& command, Sizes& sizes) {
    const auto add = [&command](const char* name, int& size, const char* what) {
        command.add_option(name, size, what)
            ->check(whole_number(1, 1'000'000))
            ->capture_default_str();
    };
    add("--steps", sizes.steps, "Number of steps N");
    add("--hidden", sizes.hidden, "Hidden units H");
    add("--input", sizes.input, "Inputs I");
    add("--output", sizes.output, "Outputs O");
    add("--batch", sizes.batch, "Columns B of the batch");
}

void add_initial_option(CLI::App& command, InitialState& initial) {
    add_choice(command, "--initial", initial,
               "Initial state: zero, given for each column, or trainable, one for all",
               initial_states);
}

std::string describe(const Architecture& architecture) {
    std::string text = architecture.cell.title();
    if (architecture.is_bidirectional) text = "bidirectional " + text;
    if (architecture.layers > 1) text += fmt::format(", {} layers", architecture.layers);
    if (architecture.is_residual && architecture.layers > 1) text += ", residual";
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
}

bool NetOptions::answers_every_step() const {
    return answers ? *answers == Answers::every : architecture.is_bidirectional;
}

void add_net_options(CLI::App& command, NetOptions& options) {
    add_architecture_options(command, options.architecture);
    add_size_options(command, options.sizes);
    add_initial_option(command, options.architecture.initial);
    command
        .add_option(
            "--answers", options.answers,
            "Steps the net answers at: the last, or, by default when bidirectional, every one")
        ->transform(one_of(answer_modes));
    add_text_options(command, options.text, options.sizes);
}

std::string describe(const NetOptions& options) {
    if (options.text.is_used()) return options.text.text->name();
    return fmt::format("{}, {}", describe(options.architecture),
                       options.answers_every_step() ? "many-to-many" : "many-to-one");
}

void require_memory(std::string_view command, const NetOptions& options, const MemoryLaw& law) {
    if (options.text.is_used()) {
        const int steps = built_steps(options.sizes.steps, law);
        require_memory(command, net_size(options.text, steps, options.sizes.batch), law,
                       available_memory());
        return;
    }
    require_memory(command, {options.sizes, options.architecture, options.answers_every_step()},
                   law, net_size_options(), available_memory());
}

namespace {

RecurrentNet recurrent_net_of(Graph& graph, const NetOptions& options, int steps) {
    Sizes sizes = options.sizes;
    sizes.steps = steps;
    return recurrent_net(graph, sizes,
                         options.answers_every_step()
                             ? answering_at_every_step(options.architecture, steps)
                             : options.architecture);
}

CountedNet counted_net(const NetOptions& options, bool is_as_built) {
    return {options.architecture, options.answers_every_step(), !is_as_built};
}

}  // namespace

NetToDerive net_of(Graph& graph, const NetOptions& options, int steps) {
    if (options.text.is_used()) {
        const TextNet net = built_net(options.text, graph, steps, options.sizes.batch);
        return {net.loss, net.variables()};
    }
    const RecurrentNet net = recurrent_net_of(graph, options, steps);
    return {net.loss(), net.variables()};
}

std::string parts_of(const NetOptions& options) {
    if (options.text.is_used()) return parameter_table(options.text, options.sizes);
    Graph graph;
    return layer_table(recurrent_net_of(graph, options, 1), options.architecture.initial);
}

SizedGraph sized_graph(const NetOptions& options, bool is_as_built) {
    if (options.text.is_used()) return sized_graph(options.text, !is_as_built);
    return sized_graph(counted_net(options, is_as_built));
}

std::vector<std::int64_t> values_of(const NetOptions& options) {
    if (options.text.is_used()) return values_of(options.text, options.sizes);
    const auto values = values_of(options.sizes);
    return {values.begin(), values.end()};
}

SizePolynomials polynomials_of(const NetOptions& options, bool is_as_built) {
    if (!options.text.is_used()) return net_cost(counted_net(options, is_as_built));
    const SizedGraph graph = sized_graph(options.text, !is_as_built);
    SizePolynomials polynomials = size_polynomials(graph);
    require_agreement(graph, polynomials);
    return polynomials;
}

void tell_simplification(int steps, const SimplifyReport& report) {
    tell("simplified: of {}, {}\n", detail::plural(steps, "step"), to_line(report));
}

std::string heading(const NetOptions& options, bool is_as_built) {
    return fmt::format("{}: the loss and the gradients of all that is trained; the graph {}\n\n",
                       describe(options), is_as_built ? "as it is built" : "simplified");
}

}  // namespace revolute
