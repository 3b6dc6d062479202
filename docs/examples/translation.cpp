// nets.md, "Sequence to sequence" and "Symbols": an encoder and a decoder that share an embedding.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/rnn/embedding.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/sequence_to_sequence.hpp>

#include <iostream>

using namespace revolute;

void print(const char* what, std::span<const Expr> nodes) {
    std::cout << what;
    for (const Expr& node : nodes) std::cout << ' ' << node.label();
    std::cout << '\n';
}

int main() {
    Graph graph;
    const Embedding embedding(graph, 10, 4);  // ten symbols, a column of four for each
    const Gru encoder(graph, 4, 5, Reset::after_product, "e");
    const Gru decoder(graph, 4, 5, Reset::after_product, "d");
    const auto words = input_sequence(graph, "w", {1, 1}, 3);
    const SequenceToSequence net = sequence_to_sequence(
        encoder, decoder, embedding(words),
        {.steps = 2, .rows = 10, .loss = LossKind::cross_entropy, .feed = [&](Expr word) {
             return embedding(word);
         }});

    const Derivative d = differentiate(net.loss(), {embedding.table});
    print("the encoder reads", net.encoder.inputs);
    print("the decoder reads", net.decoder.inputs);
    print("it answers       ", net.read_out.y);
    print("its targets are  ", net.read_out.targets);
    for (const Term& term : d.terms(embedding.table))
        std::cout << "dE gets a term from " << term.consumer.label() << '\n';
}
