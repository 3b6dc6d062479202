// nets.md, "Layers and answers": two bidirectional layers that answer at two steps.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;
    const RecurrentNet net = recurrent_net(
        graph, {.steps = 5, .input = 2, .hidden = 4, .output = 3},
        {.cell = CellKind::simple, .layers = 2, .is_bidirectional = true, .answers = {2, 4}});
    const Derivative d = differentiate(net.loss(), net.parameters());

    for (const Layer& layer : net.layers) {
        std::cout << "a layer of";
        for (const Expr& parameter : layer.parameters()) std::cout << ' ' << parameter.label();
        std::cout << ", whose outputs are " << to_string(layer.outputs.front().shape()) << '\n';
    }
    for (const Term& term : d.terms(net.read_out.V))
        std::cout << "dV gets a term from step " << to_string(*term.consumer.step()) << '\n';
}
