// What docs/rolling.md shows: a net's forward and backward graph folded over time.

#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <iostream>

using namespace revolute;

namespace {

/// h(t) = tanh(w h(t-1) + x(t)), but with a sigmoid at step 5.
Expr irregular_chain(Graph& graph) {
    const Expr w = graph.parameter("w", {1, 1});
    Expr h = graph.constant(0.0);
    for (int t = 0; t < 12; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr sum = w * h + graph.input("x", {1, 1});
        h = (t == 5 ? sigmoid(sum) : tanh(sum)).named("h");
    }
    return h;
}

}  // namespace

int main() {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const ManyToOne net = many_to_one(cell, {.steps = 8, .input = 2, .hidden = 3});
    const Derivative d = differentiate(net.loss, {cell.W, cell.U, cell.b});

    Graph simple;
    const Derivative simpler = simplify(d, simple, simplification_rules()).derivative;
    const Rolled rolled = roll(simpler.gradients(), Labels(simpler));
    std::cout << to_text(rolled) << '\n';

    const Rolled longer = rolled.at(1'000'000);
    std::cout << "8 steps: " << rolled.node_count() << " nodes in " << rolled.parts.size()
              << " parts\n"
              << "1000000 steps: " << longer.node_count() << " nodes in " << longer.parts.size()
              << " parts\n\n";

    Graph again;
    unroll_again(rolled, 5, again);
    std::cout << "unrolled again over 5 steps: " << again.size() << " nodes\n\n";

    Graph irregular;
    const Expr h = irregular_chain(irregular);
    if (const auto found = first_break(roll(std::span(&h, 1)))) std::cout << found->text << '\n';
}
