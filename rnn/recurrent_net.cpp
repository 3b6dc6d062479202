#include <revolute/ops/structure.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace revolute {

namespace {

using MakeCell = AnyCell (*)(Graph&, int input, int hidden, std::string_view suffix, SourceLine);

struct KnownCell {
    CellKind kind;
    std::string_view name;
    MakeCell make;
};

template <SimpleRnn::Activation f>
AnyCell make_simple(Graph& graph, int input, int hidden, std::string_view suffix, SourceLine line) {
    return SimpleRnn(graph, input, hidden, f, suffix, line);
}

template <Reset reset>
AnyCell make_gru(Graph& graph, int input, int hidden, std::string_view suffix, SourceLine line) {
    return Gru(graph, input, hidden, reset, suffix, line);
}

template <bool peepholes>
AnyCell make_lstm(Graph& graph, int input, int hidden, std::string_view suffix, SourceLine line) {
    return Lstm(graph, input, hidden, {.peepholes = peepholes, .suffix = suffix}, line);
}

/// In the order of CellKind.
constexpr std::array known_cells{
    KnownCell{CellKind::simple, "simple", make_simple<tanh>},
    KnownCell{CellKind::simple_relu, "simple-relu", make_simple<relu>},
    KnownCell{CellKind::gru, "gru", make_gru<Reset::after_product>},
    KnownCell{CellKind::gru_before, "gru-before", make_gru<Reset::before_product>},
    KnownCell{CellKind::lstm, "lstm", make_lstm<false>},
    KnownCell{CellKind::lstm_peephole, "lstm-peephole", make_lstm<true>},
};

const KnownCell& known(CellKind kind) { return known_cells.at(static_cast<std::size_t>(kind)); }

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

std::span<const CellKind> cell_kinds() {
    static constexpr auto kinds = [] {
        std::array<CellKind, known_cells.size()> all{};
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = known_cells[i].kind;
        return all;
    }();
    return kinds;
}

std::string_view name_of(CellKind kind) { return known(kind).name; }

std::optional<CellKind> cell_kind(std::string_view name) {
    for (const KnownCell& cell : known_cells)
        if (cell.name == name) return cell.kind;
    return std::nullopt;
}

AnyCell make_cell(CellKind kind, Graph& graph, int input, int hidden, std::string_view suffix,
                  SourceLine line) {
    return known(kind).make(graph, input, hidden, suffix, line);
}

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

}  // namespace revolute
