// Tour, chapter 4: a cell that nobody has published. No derivative is written anywhere.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>

#include <iostream>

using namespace revolute;

/// A fast state h and a slow one s:  h(t) = tanh(A x(t) + s(t-1) o h(t-1)),
/// s(t) = 0.9 s(t-1) + 0.1 h(t).
struct FastSlow {
    Expr A;

    FastSlow(Graph& graph, int input, int hidden) : A(graph.parameter("A", {hidden, input})) {}

    std::vector<StateTensor> state_tensors() const {
        return {{"h", A.shape().rows}, {"s", A.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {A}; }
    State step(Expr x, const State& previous) const {
        const Expr recalled = hadamard(previous[1], previous[0]);
        const Expr h = tanh(A * x + recalled).named("h");
        return {h, (0.9 * previous[1] + 0.1 * h).named("s")};
    }
};

int main() {
    Graph graph;
    const FastSlow cell(graph, 1, 2);
    const ManyToOne net = many_to_one(cell, {.steps = 4, .input = 1, .hidden = 2});
    const Derivative d = differentiate(net.loss, {cell.A});

    Bindings values;
    values.bind(cell.A, Matrix::from_rows({{0.5}, {-1.5}}));
    for (const Expr& x : net.unrolled.inputs) values.bind(x, Matrix(1, 1, 1.0));
    values.bind(net.V, Matrix(1, 2, 1.0)).bind(net.c, Matrix(1, 1, 0.0));
    values.bind(net.target, Matrix(1, 1, 0.5));
    const Matrix gradient = evaluate(d[cell.A], values, check_finite);
    std::cout << "dL/dA = (" << gradient(0, 0) << ", " << gradient(1, 0) << ")\n";
    std::cout << d.terms(cell.A).size() << " terms, one a step\n";
}
