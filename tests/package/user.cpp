// A user's program: a perceptron without time steps and a cell of their own, drawn as DOT.
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/tools/figures/dot.hpp>

#include <fstream>
#include <iostream>

using namespace revolute;

struct Leaky {  // h(t) = 0.5 h(t-1) + tanh(A x(t))
    Expr A;
    std::vector<StateTensor> state_tensors() const { return {{"h", A.shape().rows}}; }
    std::vector<Expr> parameters() const { return {A}; }
    State step(Expr x, const State& h) const { return {(0.5 * h[0] + tanh(A * x)).named("h")}; }
};

void write(const std::string& file, const Figure& figure, std::vector<Expr> outputs) {
    std::ofstream out(file);
    write_dot(out, figure);
    std::size_t edges = 0;
    const auto nodes = postorder(*outputs[0].graph, ids_of(outputs));
    for (const NodeId node : nodes) edges += outputs[0].graph->operand_count(node);
    std::cout << file << ": " << nodes.size() << " nodes, " << edges << " edges\n";
}

int main() {
    Graph graph;
    const auto layer = [&](Expr x, int rows) {
        const Expr W = graph.parameter("W", {rows, x.shape().rows});
        return tanh(dense(W, x, graph.parameter("b", {rows, 1})));
    };
    const Expr y = layer(layer(graph.input("x", {3, 5}), 4), 2);
    const ManyToOne net = many_to_one(Leaky{graph.parameter("A", {2, 1})}, {.hidden = 2});
    for (const Expr loss : {mse(y, graph.input("Y", {2, 5})), net.loss}) {
        const Derivative d = differentiate(loss, {loss == net.loss ? net.V : y});
        write(loss == net.loss ? "cell.dot" : "mlp.dot", forward(loss), {loss});
        write(loss == net.loss ? "cell_joint.dot" : "mlp_joint.dot", joint(d),
              {loss, d.gradients()[0]});
    }
}
