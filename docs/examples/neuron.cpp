// Tour, chapter 1: one neuron, its derivative, and the numbers.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/ops/ops.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 2});
    const Expr b = graph.parameter("b", {1, 1});
    const Expr x = graph.input("x", {2, 1});
    const Expr y = tanh(w * x + b).named("y");
    std::cout << to_text(y) << '\n';

    const Expr target = graph.input("Y", {1, 1});
    const Expr loss = mse(y, target).named("L");
    const Derivative d = differentiate(loss, {w, b});
    std::cout << to_text(d) << '\n';

    Bindings values;
    values.bind(w, Matrix::from_rows({{0.5, -1.0}}));
    values.bind(b, Matrix(1, 1, 0.1));
    values.bind(x, Matrix::from_rows({{2.0}, {1.0}}));
    values.bind(target, Matrix(1, 1, 1.0));
    std::cout << "dL/db = " << evaluate(d[b], values)(0, 0) << '\n';
}
