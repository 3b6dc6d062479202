#include "support/nets.hpp"

#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/sequence_to_sequence.hpp>
#include <support/sanitized.hpp>

#include <fmt/format.h>

#include <array>

namespace revolute::test {

std::vector<Architecture> architectures() {
    std::vector<Architecture> all;
    for (const CellKind cell : cell_kinds())
        for (const int layers : {1, 2})
            for (const bool is_bidirectional : {false, true})
                all.push_back(
                    {.cell = cell, .layers = layers, .is_bidirectional = is_bidirectional});
    if (!is_sanitized) return all;
    // With sanitizers every cell, and every number of layers and direction of some cells.
    std::vector<Architecture> some;
    for (std::size_t i = 0; i < all.size(); i += 3) some.push_back(all[i]);
    return some;
}

std::string NetKind::text() const {
    return fmt::format(
        "{}, {} layers, bidirectional {}, every step {}, initial {}, loss {}, B = {}",
        architecture.cell.name(), architecture.layers, architecture.is_bidirectional,
        answers_every_step, static_cast<int>(architecture.initial),
        static_cast<int>(architecture.loss), batch);
}

Sizes sizes_of(const NetKind& kind, int steps) {
    return {.steps = steps, .input = 2, .hidden = 3, .output = kind.output, .batch = kind.batch};
}

Architecture architecture_of(const NetKind& kind, int steps) {
    return kind.answers_every_step ? answering_at_every_step(kind.architecture, steps)
                                   : kind.architecture;
}

RecurrentNet net_of(Graph& graph, const NetKind& kind, int steps) {
    return recurrent_net(graph, sizes_of(kind, steps), architecture_of(kind, steps));
}

std::string TruncatedKind::text() const {
    return fmt::format("{}, cut every {} steps, window {}, every step {}, initial {}",
                       name_of(cell), cuts.every, cuts.window, answers_every_step,
                       static_cast<int>(initial));
}

Derivative truncated(Graph& graph, const TruncatedKind& kind, int steps) {
    const AnyCell cell = make_cell(kind.cell, graph, 2, 3);
    const auto inputs = input_sequence(graph, "x", {2, 1}, steps);
    const Unrolled unrolled = truncate(
        cell, inputs, initial_state(graph, cell.state_tensors(), 1, kind.initial), kind.cuts);
    const auto answers =
        kind.answers_every_step ? unrolled.outputs() : std::vector<Expr>{unrolled.last()};
    return differentiate(read_out(answers, 1, LossKind::mse).loss, cell.parameters());
}

Derivative of_shrinking_batches(Graph& graph) {
    const AnyCell cell = make_cell(CellKind::lstm, graph, 2, 3);
    const std::array lengths{12, 9, 9, 4};
    const auto inputs = shrinking_input_sequence(graph, "x", 2, lengths);
    const Unrolled unrolled = unroll(
        cell, inputs, initial_state(graph, cell.state_tensors(), 4, InitialState::trainable));
    return differentiate(read_out(unrolled.outputs(), 1, LossKind::mse).loss, cell.parameters());
}

Derivative of_two_axes(Graph& graph, int steps, int answers) {
    const auto inputs = input_sequence(graph, "x", {2, 3}, steps);
    const SequenceToSequence net = sequence_to_sequence(make_cell(CellKind::gru, graph, 2, 4, "e"),
                                                        make_cell(CellKind::gru, graph, 1, 4, "d"),
                                                        inputs, {.steps = answers});
    return differentiate(net.loss(), net.variables());
}

}  // namespace revolute::test
