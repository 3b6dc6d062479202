// nets.md, "Truncated back-propagation through time".

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/truncate.hpp>

#include <iostream>

using namespace revolute;

/// x(t) = a x(t-1).
struct Powers {
    Expr a;

    std::vector<StateTensor> state_tensors() const { return {{"x", 1}}; }
    std::vector<Expr> parameters() const { return {a}; }
    State step(Expr, const State& previous) const { return {(a * previous.front()).named("x")}; }
};

void print_slopes() {
    Graph graph;
    const Powers cell{graph.parameter("a", {1, 1})};
    const auto inputs = input_sequence(graph, "u", {1, 1}, 3);  // not read
    const Initial start = initial_state(graph, cell.state_tensors(), 1, InitialState::given);
    Bindings values;
    values.bind(cell.a, Matrix(1, 1, 0.2)).bind(start.leaves.front(), Matrix(1, 1, 0.9));
    for (const int window : {1, 2, 3}) {
        const Unrolled net = truncate(cell, inputs, start, {.every = 1, .window = window});
        const Derivative d = differentiate(net.last(), {cell.a});
        std::cout << "window " << window << ": x = " << evaluate(net.last(), values)(0, 0)
                  << ", dx/da = " << evaluate(d[cell.a], values)(0, 0) << '\n';
    }
}

void print_terms() {
    Graph graph;
    const Lstm cell(graph, 1, 2);
    const auto inputs = input_sequence(graph, "x", {1, 1}, 6);
    const Initial start = initial_state(graph, cell.state_tensors(), 1, InitialState::given);
    const Unrolled net = truncate(cell, inputs, start, {.every = 2, .window = 3});
    const ReadOut head = read_out(net.outputs(), 1);  // a loss at every step
    const Derivative d = differentiate(head.loss, {cell.f.U});
    for (const Term& term : d.terms(cell.f.U)) {
        const Expr product = term.consumer, factor = graph.at(graph.operand(product.id, 1));
        std::cout << "U_f is used at " << to_string(*product.step()) << ", times " << factor.label()
                  << '\n';
    }
}

int main() {
    print_slopes();
    print_terms();
}
