// equations.md, "A cell invented on the spot": its back-propagation through time, derived and
// printed.

#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <iostream>

using namespace revolute;

/// A fast state h and a slow one s, which decides how much of h is recalled.
struct FastSlow {
    Expr A, B;

    FastSlow(Graph& graph, int input, int hidden)
        : A(graph.parameter("A", {hidden, input})), B(graph.parameter("B", {hidden, hidden})) {}

    std::vector<StateTensor> state_tensors() const {
        return {{"h", A.shape().rows}, {"s", A.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {A, B}; }
    State step(Expr x, const State& previous) const {
        const Expr recalled = hadamard(sigmoid(B * previous[1]), previous[0]);
        const Expr h = tanh(A * x + recalled).named("h");
        return {h, (0.75 * previous[1] + 0.25 * h).named("s")};
    }
};

RolledDerivative fast_slow(int steps) {
    Graph graph;
    const FastSlow cell(graph, 1, 2);
    const ManyToOne net = many_to_one(cell, {.steps = steps, .input = 1, .hidden = 2});
    return rolled_up(differentiate(net.loss, net.variables()));
}

int main() { std::cout << to_text(general_equations(fast_slow)); }
