#pragma once

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/renamed.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Graphs that figures are tested on.

namespace revolute::test {

/// A many-to-one simple recurrent net in a graph of its own.
struct Net {
    explicit Net(Sizes sizes = {}, InitialState initial = InitialState::zero,
                 Sharing sharing = Sharing::on)
        : graph(sharing),
          cell(graph, sizes.input, sizes.hidden),
          model(many_to_one(cell, sizes, initial)),
          derivative(differentiate(model.loss, model.variables())) {}

    Graph graph;
    SimpleRnn cell;
    ManyToOne model;
    Derivative derivative;
};

/// An invented cell with two state tensors: a slow and a fast one that read each other.
class TwoStates {
 public:
    explicit TwoStates(Graph& graph)
        : A(graph.parameter("A", {2, 2})),
          B(graph.parameter("B", {2, 2})),
          C(graph.parameter("C", {2, 2})) {}

    std::vector<StateTensor> state_tensors() const { return {{"fast", 2}, {"slow", 2}}; }
    std::vector<Expr> parameters() const { return {A, B, C}; }
    State step(Expr x, const State& previous) const {
        const Expr kept = A * previous[1];
        const Expr seen = B * x;
        const Expr slow = tanh(kept + seen).named("slow");
        const Expr gate = hadamard(previous[0], slow);
        const Expr mixed = C * gate;
        return {tanh(mixed + x).named("fast"), slow};
    }

    Expr A, B, C;
};

/// A net of a form that the library's architectures do not have.
struct OtherNet {
    std::string name;
    std::function<Derivative(Graph&, std::int32_t)> build;
};

inline std::vector<OtherNet> other_nets() {
    const auto inputs = [](Graph& graph, std::int32_t steps) {
        return input_sequence(graph, "x", {2, 2}, steps);
    };
    const auto two_states = [=](Graph& graph, std::int32_t steps) {
        const TwoStates cell(graph);
        const Unrolled net =
            unroll(cell, inputs(graph, steps),
                   initial_state(graph, cell.state_tensors(), 2, InitialState::given));
        return differentiate(read_out(net.outputs(), 1).loss, cell.parameters());
    };
    const auto last_of_two_states = [=](Graph& graph, std::int32_t steps) {
        const TwoStates cell(graph);
        const Unrolled net =
            unroll(cell, inputs(graph, steps),
                   initial_state(graph, cell.state_tensors(), 2, InitialState::zero));
        return differentiate(sum(net.last()).named("L"), cell.parameters());
    };
    const auto masked = [=](Graph& graph, std::int32_t steps) {
        const SimpleRnn cell(graph, 2, 2);
        const Lengths lengths = input_lengths(graph, 2, steps);
        const Unrolled net =
            unroll_masked(cell, inputs(graph, steps), lengths,
                          initial_state(graph, cell.state_tensors(), 2, InitialState::given));
        return differentiate(read_out_masked(net.outputs(), lengths, 1).loss, cell.parameters());
    };
    const auto both_ways = [](Graph& graph, std::int32_t steps) {
        const Architecture architecture{
            .is_bidirectional = true, .initial = InitialState::trainable, .answers = {steps - 1}};
        const RecurrentNet net =
            recurrent_net(graph, {.steps = steps, .input = 2, .hidden = 2}, architecture);
        return differentiate(net.loss(), net.variables());
    };
    const auto linear = [=](Graph& graph, std::int32_t steps) {
        const Expr U = graph.parameter("U", {2, 2});
        Expr h = graph.initial_state("h0", {2, 2});
        const auto x = inputs(graph, steps);
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            h = (U * h + x[static_cast<std::size_t>(t)]).named("h");
        }
        return differentiate(sum(h).named("L"), {U});
    };
    // Each state, or each loss, reads one step's state.
    const auto fixed = [=](bool is_first, bool is_of_states) {
        return [=](Graph& graph, std::int32_t steps) {
            const Expr W = graph.parameter("W", {2, 2}), U = graph.parameter("U", {2, 2});
            const auto x = inputs(graph, steps);
            std::vector<Expr> h, losses;
            for (std::int32_t t = 0; t < steps; ++t) {
                const Scope scope(graph, Step{0, t});
                Expr z = W * x[static_cast<std::size_t>(t)];
                if (t > 0) z = z + U * h.back();
                if (t > 0 && is_of_states) z = z + h.front();
                h.push_back(tanh(z.named("z")).named("h"));
            }
            const std::int32_t read = is_first ? 0 : steps - 1;
            for (std::int32_t t = 0; t < steps && !is_of_states; ++t) {
                if (t == read) continue;
                const Scope scope(graph, Step{0, t});
                losses.push_back(
                    mse(h[static_cast<std::size_t>(t)], h[static_cast<std::size_t>(read)])
                        .named("l"));
            }
            return differentiate((is_of_states ? sum(h.back()) : accumulate(losses)).named("L"),
                                 {W, U});
        };
    };
    return {{"states that read the first one", fixed(true, true)},
            {"losses that read the first state", fixed(true, false)},
            {"losses that read the last state", fixed(false, false)},
            {"two states", two_states},
            {"the last of two states", last_of_two_states},
            {"masked", masked},
            {"both ways, from trainable states, one answer", both_ways},
            {"linear", linear}};
}

/// A perceptron of two layers, without steps.
struct Perceptron {
    Perceptron() {
        const Expr W1 = graph.parameter("W1", {4, 3}), b1 = graph.parameter("b1", {4, 1});
        const Expr W2 = graph.parameter("W2", {2, 4}), b2 = graph.parameter("b2", {2, 1});
        const Expr x = graph.input("x", {3, 5}), target = graph.input("Y", {2, 5});
        const Expr hidden = tanh(dense(W1, x, b1)).named("a");
        output = dense(W2, hidden, b2).named("y");
        loss = mse(output, target).named("L");
        variables = {W1, b1, W2, b2};
    }

    Graph graph;
    Expr output, loss;
    std::vector<Expr> variables;
};

/// An encoder on one time axis and a decoder on another, joined by a value without a step.
struct EncoderDecoder {
    EncoderDecoder() {
        const SimpleRnn encoder(graph, 2, 3), decoder(graph, 3, 3);
        const auto x = input_sequence(graph, "x", {2, 1}, 3, 0);
        const auto read = unroll(
            encoder, x, initial_state(graph, encoder.state_tensors(), 1, InitialState::given));
        const Expr M = graph.parameter("M", {3, 3});
        const Expr context = (M * read.last()).named("context");
        const auto fed = input_sequence(graph, "u", {3, 1}, 2, 1);
        const auto written = unroll(decoder, fed, {{context}, {}}, {.number = 1});
        loss = (sum(written.output(0)) + sum(written.output(1))).named("L");
        variables = {encoder.W, encoder.U, encoder.b, M, decoder.W, decoder.U, decoder.b};
    }

    Graph graph;
    Expr loss;
    std::vector<Expr> variables;
};

/// Nets of every cell: one layer, two, both directions, residual sums.
inline std::vector<Architecture> architectures_to_draw() {
    std::vector<Architecture> all;
    for (const CellKind cell : cell_kinds()) {
        for (const InitialState initial :
             {InitialState::zero, InitialState::given, InitialState::trainable})
            all.push_back({.cell = cell, .initial = initial});
        all.push_back({.cell = cell, .layers = 2, .initial = InitialState::given});
        all.push_back({.cell = cell, .layers = 2, .is_residual = true});
        for (const int layers : {1, 2})
            all.push_back({.cell = cell,
                           .layers = layers,
                           .is_bidirectional = true,
                           .initial = InitialState::given});
    }
    all.push_back({.layers = 2, .is_bidirectional = true, .is_residual = true});
    return all;
}

/// The derivative of the same net, whose steps are counted from another number.
inline Derivative counted_from(std::int32_t first, const Derivative& derivative, Graph& copy) {
    std::vector<Expr> outputs{derivative.loss()};
    for (const Expr& variable : derivative.variables()) outputs.push_back(variable);
    const std::vector<Expr> copies = counted_from(first, outputs, copy);
    return differentiate(copies.front(), std::span(copies).subspan(1));
}

/// A net of the library's cells in a graph of its own.
struct StackedNet {
    explicit StackedNet(Architecture architecture, int steps = 3) {
        if (architecture.is_bidirectional)
            for (int t = 0; t < steps; ++t) architecture.answers.push_back(t);
        net = recurrent_net(graph, {.steps = steps, .input = 2, .hidden = 3}, architecture);
        derivative.emplace(differentiate(net.loss(), net.variables()));
    }

    std::vector<Figure> views(const FigureOptions& options = {}) const {
        return {forward(net.loss(), options), backward(*derivative, options),
                joint(*derivative, options), local_derivatives(*derivative, options)};
    }

    Graph graph;
    RecurrentNet net;
    std::optional<Derivative> derivative;
};

}  // namespace revolute::test
