// Tour, chapter 3: the simple recurrent net, unrolled over three steps, and its backward graph.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;
    const SimpleRnn cell(graph, 2, 4);
    const ManyToOne net =
        many_to_one(cell, {.steps = 3, .input = 2, .hidden = 4}, InitialState::given);
    const Derivative d = differentiate(net.loss, net.variables());
    std::cout << to_text(d) << '\n';

    for (const Term& term : d.terms(cell.U))
        std::cout << "U is used by " << graph.describe(term.consumer.id) << '\n';
}
