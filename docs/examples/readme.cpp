#include <revolute/revolute.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);  // h(t) = tanh(W x(t) + U h(t-1) + b)
    const ManyToOne net = many_to_one(cell, {.steps = 3, .input = 1, .hidden = 2});
    const Derivative d = differentiate(net.loss, net.variables());

    Bindings values;
    values.bind(cell.W, Matrix::from_rows({{0.5}, {-0.3}}));
    values.bind(cell.U, Matrix::from_rows({{0.1, 0.4}, {-0.2, 0.3}}));
    values.bind(cell.b, Matrix(2, 1, 0.1));
    values.bind(net.V, Matrix(1, 2, 1.0)).bind(net.c, Matrix(1, 1, 0.0));
    for (const Expr& x : net.unrolled.inputs) values.bind(x, Matrix(1, 1, 1.0));
    values.bind(net.target, Matrix(1, 1, 0.8));

    std::cout << "dL/db = sum of\n";
    for (const Term& term : d.terms(cell.b)) {
        const Matrix value = evaluate(term.value, values);
        std::cout << "  (" << value(0, 0) << ", " << value(1, 0) << ") by " << term.consumer.label()
                  << '\n';
    }
    write_figure("joint.dot", joint(d));  // or joint.svg, joint.pdf, joint.png
}
