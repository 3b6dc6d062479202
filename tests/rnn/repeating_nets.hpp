// Nets that do the same every k steps.

#pragma once

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/truncate.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace revolute::test {

inline std::vector<Expr> with_gradients(Expr loss, const std::vector<Expr>& variables) {
    return differentiate(loss, variables).loss_and_gradients();
}

/// A GRU whose windows of ten steps overlap.
inline std::vector<Expr> cut_gru(Graph& graph, int steps) {
    const Gru cell(graph, 2, 3);
    const auto x = input_sequence(graph, "x", {2, 1}, steps);
    const Initial zero = initial_state(graph, cell.state_tensors(), 1, InitialState::zero);
    const Unrolled net = truncate(cell, x, zero, {.every = 5, .window = 10});
    return with_gradients(read_out(net.outputs(), 1).loss, cell.parameters());
}

/// A fast unit, and slow ones that move at every second, third, ... step (Koutnik et al. 2014).
inline std::vector<Expr> clockwork_of(Graph& graph, int steps, const std::vector<int>& periods) {
    const Expr u = graph.parameter("u", {1, 1}), v = graph.parameter("v", {1, 1});
    const Expr w = graph.parameter("w", {1, 1}), q = graph.parameter("q", {1, 1});
    const auto x = input_sequence(graph, "x", {1, 1}, steps);
    Expr fast = graph.constant(0.0);
    std::vector<Expr> slow(periods.size(), fast);
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr input = x[static_cast<std::size_t>(t)];
        Expr read = u * fast;
        for (const Expr& unit : slow) read = read + v * unit;
        for (std::size_t i = 0; i < periods.size(); ++i)
            if (t % periods[i] == 0)
                slow[i] = tanh(w * input + q * slow[i]).named("b" + std::to_string(periods[i]));
        fast = tanh(input + read).named("a");
    }
    Expr last = fast;
    for (const Expr& unit : slow) last = last + unit;
    return with_gradients(square(last), {u, v, w, q});
}

/// With one slow unit, that moves at every third step.
inline std::vector<Expr> clockwork(Graph& graph, int steps) {
    return clockwork_of(graph, steps, {3});
}

/// A cell that reads its state of four steps before.
inline std::vector<Expr> dilated(Graph& graph, int steps) {
    const Expr u = graph.parameter("u", {2, 2}), w = graph.parameter("w", {2, 2});
    const auto x = input_sequence(graph, "x", {2, 1}, steps);
    std::vector<Expr> h(4, graph.constant(0.0, {2, 1}));
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr read = w * x[static_cast<std::size_t>(t)];
        h.push_back(tanh(read + u * h[static_cast<std::size_t>(t)]).named("h"));
    }
    return with_gradients(sum(square(h.back())), {u, w});
}

/// An answer at every third step, and their mean.
inline std::vector<Expr> sparse_answers(Graph& graph, int steps) {
    const Gru cell(graph, 2, 3);
    const auto x = input_sequence(graph, "x", {2, 1}, steps);
    const Initial zero = initial_state(graph, cell.state_tensors(), 1, InitialState::zero);
    const std::vector<Expr> h = unroll(cell, x, zero).outputs();
    std::vector<Expr> some;
    for (int t = 2; t < steps; t += 3) {
        const Scope scope(graph, Step{0, t});
        some.push_back(sum(square(h[static_cast<std::size_t>(t)])));
    }
    return with_gradients((1.0 / static_cast<double>(some.size())) * accumulate(some),
                          cell.parameters());
}

/// What a step does is drawn at random for each of the period's: the weights, how far back it
/// reads, the function, and whether it reads the input.
inline std::vector<Expr> drawn(Graph& graph, int steps, int period, std::uint32_t seed) {
    const auto draw = [&seed](std::uint32_t most) {
        seed = seed * 1664525U + 1013904223U;  // Knuth's, as in Numerical Recipes
        return static_cast<std::size_t>((seed >> 16U) % most);
    };
    struct Kind {
        std::size_t weight = 0, back = 1, function = 0;
        bool reads_input = true;
    };
    std::vector<Kind> kinds;
    for (int i = 0; i < period; ++i) kinds.push_back({draw(2), 1 + draw(3), draw(3), draw(3) > 0});
    kinds[0].weight = 0;  // each is used
    kinds[1].weight = 1;
    const std::vector<Expr> u{graph.parameter("u", {2, 2}), graph.parameter("v", {2, 2})};
    const auto x = input_sequence(graph, "x", {2, 1}, steps);
    std::vector<Expr> h(3, graph.constant(0.0, {2, 1})), losses;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const auto& [weight, back, function, reads_input] =
            kinds[static_cast<std::size_t>(t % period)];
        Expr z = u[weight] * h[h.size() - back];
        if (reads_input) z = z + x[static_cast<std::size_t>(t)];
        h.push_back((function == 0 ? tanh(z) : function == 1 ? sigmoid(z) : sin(z)).named("h"));
        losses.push_back(sum(square(h.back())));
    }
    return with_gradients(accumulate(losses), u);
}

}  // namespace revolute::test
