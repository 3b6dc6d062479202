// nets.md, "A cell of your own": the minimal gated unit of Zhou et al. (2016), checked and stacked.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/gate.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/tools/checks/finite_differences.hpp>
#include <revolute/tools/support/random.hpp>

#include <array>
#include <iostream>

using namespace revolute;

struct MinimalGatedUnit {
    Gate f, n;  // W, U and b of the gate and of the candidate
    MinimalGatedUnit(Graph& graph, int input, int hidden, SourceLine line = SourceLine::here())
        : f(graph, input, hidden, "f", "", line), n(graph, input, hidden, "n", "", line) {}

    std::vector<StateTensor> state_tensors() const { return {{"h", f.U.shape().rows}}; }
    std::vector<Expr> parameters() const { return {f.W, f.U, f.b, n.W, n.U, n.b}; }
    State step(Expr x, const State& previous) const {
        const Expr h = previous.front();
        const Expr forget = sigmoid(f(x, h)).named("f");
        const Expr candidate = tanh(n(x, hadamard(forget, h))).named("n");
        const Expr kept = hadamard(1.0 - forget, h);
        return {(kept + hadamard(forget, candidate)).named("h")};
    }
};

int main() {
    Graph graph;
    const MinimalGatedUnit below(graph, 1, 3);
    const Lstm above(graph, 3, 2, {.suffix = "2"});
    const auto inputs = input_sequence(graph, "x", {1, 2}, 4);
    const Layer first = unidirectional(below, inputs);
    const Layer second = unidirectional(above, first.outputs);
    const ReadOut head = read_out(second.outputs, 1);
    const Derivative d = differentiate(head.loss, below.parameters());

    Random random(1);
    Bindings values;
    const auto bind = [&](std::span<const Expr> leaves) {
        for (const Expr& leaf : leaves) values.bind(leaf, random.matrix(leaf.shape()));
    };
    for (const auto& leaves : {below.parameters(), above.parameters(), inputs, head.targets})
        bind(leaves);
    bind(std::array{head.V, head.c});

    for (const Expr& parameter : below.parameters()) {
        const Matrix gradient = evaluate(d[parameter], values);
        const DifferenceCheck check = check_by_differences(head.loss, parameter, gradient, values);
        std::cout << 'd' << parameter.label() << ' ' << to_string(gradient.shape()) << ": "
                  << in_words(check.verdict) << '\n';
        if (check.verdict != Verdict::agrees) return 1;
    }
}
