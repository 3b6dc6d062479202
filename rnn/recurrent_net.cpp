#include <revolute/ops/structure.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace revolute {

namespace {

/// The state of the backward direction that the output at a step reads.
Expr read_backward(const Unrolled& backward, BackwardReading reading, std::size_t t) {
    const std::size_t last = backward.states.size() - 1;
    switch (reading) {
        case BackwardReading::one_late:
            return t == last ? backward.initial.state.front() : backward.output(t + 1);
        case BackwardReading::not_turned:
            return backward.output(last - t);
        case BackwardReading::after_all_steps:
            return backward.output(0);
        case BackwardReading::own_step:
            break;
    }
    return backward.output(t);
}

/// The layer's outputs with the states of its backward direction that belong to other steps.
void read_backward_elsewhere(Layer& layer, BackwardReading reading, SourceLine line) {
    Graph& graph = *layer.outputs.front().graph;
    const Scope made_here(graph, line);
    for (std::size_t t = 0; t < layer.outputs.size(); ++t) {
        const Scope at_step(graph, Step{0, static_cast<int>(t)});
        layer.outputs[t] = stack_rows(
            {layer.directions[0].output(t), read_backward(layer.directions[1], reading, t)});
    }
}

Layer make_layer(Graph& graph, std::span<const Expr> inputs, int hidden,
                 const Architecture& architecture, int layer, SourceLine line) {
    const auto cell = [&](Direction direction) {
        return make_cell(architecture.cell, graph, inputs.front().shape().rows, hidden,
                         cell_suffix(architecture, layer, direction), line);
    };
    AnyCell forward = cell(Direction::forward);
    if (!architecture.is_bidirectional)
        return unidirectional(std::move(forward), inputs, architecture.initial, 0, line);
    AnyCell backward = cell(Direction::backward);
    Layer both = bidirectional(std::move(forward), std::move(backward), inputs,
                               architecture.initial, 0, line);
    const BackwardReading reading = architecture.backward_reading;
    const bool is_last = layer + 1 == architecture.layers;
    if (reading != BackwardReading::own_step &&
        (is_last || reading != BackwardReading::after_all_steps))
        read_backward_elsewhere(both, reading, line);
    return both;
}

/// The outputs of the steps at which the net answers.
std::vector<Expr> answered(std::span<const Expr> outputs, std::span<const int> steps,
                           SourceLine line) {
    if (steps.empty()) return {outputs.back()};
    std::vector<int> ascending(steps.begin(), steps.end());
    std::ranges::sort(ascending);
    if (const auto twice = std::ranges::adjacent_find(ascending); twice != ascending.end())
        throw GraphError(
            fmt::format("recurrent_net: a net answers once at a step (twice at {})\n  "
                        "asked for at {}",
                        *twice, to_string(line)));
    std::vector<Expr> result;
    for (const int t : steps) {
        if (t < 0 || static_cast<std::size_t>(t) >= outputs.size())
            throw GraphError(
                fmt::format("recurrent_net: the steps of answers must be among 0 to {} ({})\n  "
                            "asked for at {}",
                            outputs.size() - 1, t, to_string(line)));
        result.push_back(outputs[static_cast<std::size_t>(t)]);
    }
    return result;
}

}  // namespace

std::string cell_suffix(const Architecture& architecture, int layer, Direction direction) {
    return fmt::format("{}{}", architecture.layers == 1 ? "" : std::to_string(layer + 1),
                       direction == Direction::backward ? "r" : "");
}

std::vector<Expr> RecurrentNet::parameters() const {
    std::vector<Expr> all;
    for (const Layer& layer : layers) {
        const std::vector<Expr> own = layer.parameters();
        all.insert(all.end(), own.begin(), own.end());
    }
    all.insert(all.end(), {read_out.V, read_out.c});
    return all;
}

std::vector<CellParameter> RecurrentNet::parameter_table() const {
    std::vector<CellParameter> all;
    for (const Layer& layer : layers) {
        const std::vector<CellParameter> own = layer.parameter_table();
        all.insert(all.end(), own.begin(), own.end());
    }
    all.push_back({.expression = read_out.V, .role = ParameterRole::input_weight});
    all.push_back({.expression = read_out.c, .role = ParameterRole::bias});
    return all;
}

std::vector<Expr> RecurrentNet::initial_leaves() const {
    std::vector<Expr> all;
    for (const Layer& layer : layers) {
        const std::vector<Expr> own = layer.initial_leaves();
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

std::vector<Expr> RecurrentNet::variables() const {
    std::vector<Expr> all = parameters();
    const std::vector<Expr> leaves = initial_leaves();
    all.insert(all.end(), leaves.begin(), leaves.end());
    return all;
}

Architecture answering_at_every_step(Architecture architecture, int steps) {
    architecture.answers.resize(static_cast<std::size_t>(steps));
    std::iota(architecture.answers.begin(), architecture.answers.end(), 0);
    return architecture;
}

RecurrentNet recurrent_net(Graph& graph, const Sizes& sizes, const Architecture& architecture,
                           SourceLine line) {
    if (architecture.layers < 1)
        throw GraphError(
            fmt::format("recurrent_net: needs at least one layer ({})\n  asked for at {}",
                        architecture.layers, to_string(line)));
    const Scope made_here(graph, line);
    RecurrentNet net;
    net.inputs = input_sequence(graph, "x", {sizes.input, sizes.batch}, sizes.steps, 0, line);
    std::vector<Expr> sequence = net.inputs;
    for (int i = 0; i < architecture.layers; ++i) {
        net.layers.push_back(make_layer(graph, sequence, sizes.hidden, architecture, i, line));
        const std::vector<Expr>& outputs = net.layers.back().outputs;
        sequence = architecture.is_residual && i > 0 ? residual(sequence, outputs, line) : outputs;
    }
    net.read_out = read_out(answered(sequence, architecture.answers, line), sizes.output,
                            architecture.loss, line);
    return net;
}

RecurrentNet one_step_net(Graph& graph, Sizes sizes, Architecture architecture, SourceLine line) {
    sizes.steps = 1;
    architecture.answers.clear();
    return recurrent_net(graph, sizes, architecture, line);
}

}  // namespace revolute
