// Tour, chapter 2: a shared weight. Its gradient is a sum with one term for every use.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/unroll.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    const Expr start = input_sequence(graph, "x", {1, 1}, 1).front();
    Expr x = start;
    for (int t = 1; t <= 3; ++t) {
        const Scope step(graph, Step{0, t});
        x = (w * x).named("x");
    }
    const Derivative d = differentiate(x, {w});

    Bindings values;
    values.bind(w, Matrix(1, 1, 0.2)).bind(start, Matrix(1, 1, 0.9));
    for (const Term& term : d.terms(w))
        std::cout << "by " << term.consumer.label() << ": " << evaluate(term.value, values)(0, 0)
                  << '\n';
    std::cout << "dx[3]/dw = " << evaluate(d[w], values)(0, 0) << '\n';
}
