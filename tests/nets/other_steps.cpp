#include "published_net.hpp"
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>

#include <algorithm>
#include <array>

namespace revolute::test {

namespace {

/// h(t) = tanh(W x(t) + U1 h(t-1) + U2 h(t-2) + U5 h(t-5) + b), written as a loop.
BuiltNet skipping(Graph& graph, const NetSizes& s) {
    const Expr W = graph.parameter("W", {s.H, s.I}), b = graph.parameter("b", {s.H, 1}),
               V = graph.parameter("V", {s.O, s.H});
    const std::array<int, 3> distances{1, 2, 5};
    std::vector<Expr> U, h;
    for (const int distance : distances)
        U.push_back(graph.parameter("U" + std::to_string(distance), {s.H, s.H}));
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        Expr z = dense(W, graph.input("x", {s.I, s.B}), b);
        for (std::size_t i = 0; i < distances.size(); ++i)
            if (t >= distances[i]) z += U[i] * h.at(static_cast<std::size_t>(t - distances[i]));
        h.push_back(tanh(z).named("h"));
    }
    const Expr loss = mse(V * h.back(), graph.input("Y", {s.O, s.B})).named("L");
    return {loss, {W, U[0], U[1], U[2], b, V}};
}

/// The same as a cell, with a line of delays as its state.
struct Delayed {
    Expr W, U1, U2, U5, b;

    Delayed(Graph& graph, int I, int H)
        : W(graph.parameter("W", {H, I})),
          U1(graph.parameter("U1", {H, H})),
          U2(graph.parameter("U2", {H, H})),
          U5(graph.parameter("U5", {H, H})),
          b(graph.parameter("b", {H, 1})) {}
    std::vector<StateTensor> state_tensors() const {
        const int H = W.shape().rows;
        return {{"h", H}, {"p", H}, {"q", H}, {"r", H}, {"s", H}};
    }
    std::vector<Expr> parameters() const { return {W, U1, U2, U5, b}; }
    State step(Expr x, const State& s) const {
        const Expr h = tanh(dense(W, x, b) + U1 * s[0] + U2 * s[1] + U5 * s[4]).named("h");
        return {h, s[0], s[1], s[2], s[3]};
    }
};

/// A clockwork net (Koutnik et al. 2014): modules of periods 1, 2 and 4, each of which reads those
/// that are as slow or slower.
BuiltNet clockwork(Graph& graph, const NetSizes& s) {
    constexpr std::size_t modules = 3;
    constexpr std::array<int, modules> period{1, 2, 4};
    std::vector<Expr> variables, W, b, h(modules);
    std::vector<std::vector<Expr>> U(modules);
    for (std::size_t i = 0; i < modules; ++i) {
        const std::string number = std::to_string(i + 1);
        W.push_back(graph.parameter("W" + number, {s.H, s.I}));
        b.push_back(graph.parameter("b" + number, {s.H, 1}));
        for (std::size_t j = 0; j < modules; ++j)
            U[i].push_back(graph.parameter("U" + number + std::to_string(j + 1), {s.H, s.H}));
        variables.insert(variables.end(), {W[i], b[i]});
        variables.insert(variables.end(), U[i].begin() + static_cast<std::ptrdiff_t>(i),
                         U[i].end());
    }
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr x = graph.input("x", {s.I, s.B});
        const std::vector<Expr> before = h;
        for (std::size_t i = 0; i < modules; ++i) {
            if (t % period[i] != 0) continue;
            Expr z = dense(W[i], x, b[i]);
            for (std::size_t j = i; j < modules && t > 0; ++j) z += U[i][j] * before[j];
            h[i] = tanh(z).named("h" + std::to_string(i + 1));
        }
    }
    variables.push_back(graph.parameter("V", {s.O, static_cast<int>(modules) * s.H}));
    const Expr y = variables.back() * stack_rows(h);
    return {mse(y, graph.input("Y", {s.O, s.B})).named("L"), variables};
}

std::vector<Expr> with_head(const Lstm& cell, const ReadOut& head) {
    std::vector<Expr> variables = cell.parameters();
    variables.insert(variables.end(), {head.V, head.c});
    return variables;
}

/// An LSTM with a loss at every third step.
BuiltNet loss_of(const Lstm& cell, std::span<const Expr> outputs, int rows) {
    std::vector<Expr> every_third;
    for (std::size_t t = 2; t < outputs.size(); t += 3) every_third.push_back(outputs[t]);
    const ReadOut head = read_out(every_third, rows);
    return {head.loss, with_head(cell, head)};
}

BuiltNet every_third(Graph& graph, const NetSizes& s) {
    const Lstm cell(graph, s.I, s.H);
    return loss_of(cell, unidirectional(cell, input_sequence(graph, "x", {s.I, s.B}, s.N)).outputs,
                   s.O);
}

BuiltNet shrinking(Graph& graph, const NetSizes& s) {
    const Lstm cell(graph, s.I, s.H);
    std::vector<int> lengths;
    for (int column = 0; column < s.B; ++column) lengths.push_back(std::max(1, s.N - 3 * column));
    const std::vector<Expr> x = shrinking_input_sequence(graph, "x", s.I, lengths);
    return loss_of(cell, unidirectional(cell, x).outputs, s.O);
}

BuiltNet masked(Graph& graph, const NetSizes& s) {
    const Lstm cell(graph, s.I, s.H);
    const std::vector<Expr> x = input_sequence(graph, "x", {s.I, s.B}, s.N);
    const Lengths lengths = input_lengths(graph, s.B, s.N);
    const ReadOut head = read_out_masked(unidirectional(cell, x, lengths).outputs, lengths, s.O);
    return {head.loss, with_head(cell, head)};
}

}  // namespace

std::vector<PublishedNet> nets_of_other_steps() {
    const auto delayed = [](Graph& graph, const NetSizes& s) {
        const ManyToOne net = many_to_one(Delayed(graph, s.I, s.H), s.sizes());
        return BuiltNet{net.loss, net.variables()};
    };
    const auto lengths = [](std::string_view label, Shape shape) {
        return label.starts_with("len") ? random_indices(label, shape, 12)
                                        : random_values(label, shape, 0.5);
    };
    using enum Generality;
    return {{"skips", skipping, {.N = 16}},
            {"delays", delayed, {.N = 16}},
            {"clockwork", clockwork, {.N = 16}, rolls},
            {"every third step", every_third, {.N = 24}, rolls},
            {"shrinking batch", shrinking, {.N = 24}, none},
            {.name = "masked batch", .build = masked, .value = lengths}};
}

}  // namespace revolute::test
