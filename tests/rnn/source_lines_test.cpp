// What the builders of nets make carries the line of the user's call.

#include <revolute/rnn/embedding.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/sequence_to_sequence.hpp>
#include <revolute/rnn/truncate.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

using namespace revolute;

namespace {

/// Checks that all nodes from `first` on, and there are some, were made at that line of this file.
void check_made_at(const Graph& graph, std::uint32_t first, int line) {
    CHECK(graph.size() > first);
    const std::string expected = fmt::format("made at source_lines_test.cpp:{}", line);
    for (std::uint32_t i = first; i < graph.size(); ++i) CHECK(graph.origin(NodeId{i}) == expected);
}

}  // namespace

TEST_CASE("source lines: of a truncated recurrence, and of a masked one with its answers") {
    Graph graph;
    const Gru cell(graph, 1, 2);
    const auto x = input_sequence(graph, "x", {1, 2}, 4);
    const Initial initial = initial_state(graph, cell.state_tensors(), 2, InitialState::given);
    std::uint32_t first = graph.size();
    truncate(cell, x, initial, {2, 3});
    check_made_at(graph, first, __LINE__ - 1);

    first = graph.size();
    const Lengths lengths = input_lengths(graph, 2, 4);
    check_made_at(graph, first, __LINE__ - 1);
    first = graph.size();
    const Layer layer = bidirectional(cell, cell, x, lengths);
    check_made_at(graph, first, __LINE__ - 1);
    first = graph.size();
    read_out_masked(layer.outputs, lengths, 1, LossKind::cross_entropy);
    check_made_at(graph, first, __LINE__ - 1);
    first = graph.size();
    outputs_at(layer.outputs, std::array{1, 3});
    check_made_at(graph, first, __LINE__ - 1);
}

TEST_CASE("source lines: of sequences without padding") {
    Graph graph;
    const Gru cell(graph, 1, 2);
    std::uint32_t first = graph.size();
    const auto x = shrinking_input_sequence(graph, "x", 1, std::array{3, 1});
    check_made_at(graph, first, __LINE__ - 1);
    first = graph.size();
    const Layer layer = bidirectional(cell, cell, x, InitialState::trainable);
    check_made_at(graph, first, __LINE__ - 1);
    first = graph.size();
    last_outputs(layer.outputs);
    check_made_at(graph, first, __LINE__ - 1);
    first = graph.size();
    read_out(layer.outputs, 1);
    check_made_at(graph, first, __LINE__ - 1);
}

TEST_CASE("source lines: of an embedding, and of a net with two time axes that uses it") {
    Graph graph;
    std::uint32_t first = graph.size();
    const Embedding embedding(graph, 3, 2);
    check_made_at(graph, first, __LINE__ - 1);
    const Gru encoder(graph, 2, 2, Reset::after_product, "e");
    const Gru decoder(graph, 2, 2, Reset::after_product, "d");
    const auto words = input_sequence(graph, "w", {1, 1}, 2);
    const DecoderOptions options{.rows = 3,
                                 .loss = LossKind::cross_entropy,
                                 .feed = [&](Expr word) { return embedding(word); }};
    first = graph.size();
    const std::vector<Expr> inputs = embedding(words);
    check_made_at(graph, first, __LINE__ - 1);
    first = graph.size();
    sequence_to_sequence(encoder, decoder, inputs, options);
    check_made_at(graph, first, __LINE__ - 1);
}
