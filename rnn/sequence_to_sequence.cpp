#include <revolute/ops/index.hpp>
#include <revolute/rnn/sequence_to_sequence.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace revolute {

namespace {

constexpr int decoder_axis = 1;

void require_one_state(const AnyCell& encoder, const AnyCell& decoder, SourceLine line) {
    const std::vector<StateTensor> from = encoder.state_tensors(), to = decoder.state_tensors();
    if (!std::ranges::equal(from, to, {}, &StateTensor::rows, &StateTensor::rows))
        throw GraphError(fmt::format(
            "sequence_to_sequence: the decoder's state must be as the encoder's, from which it "
            "starts\n  the encoder has {}\n  the decoder has {}\n  asked for at {}",
            to_string(from), to_string(to), to_string(line)));
}

/// The decoder goes on from the state of every sequence, so none may have ended before.
void require_one_batch(std::span<const Expr> inputs, SourceLine line) {
    const Expr first = inputs.front();
    for (const Expr& input : inputs)
        if (input.shape().columns != first.shape().columns)
            throw ShapeError(fmt::format(
                "sequence_to_sequence: every input must have as many columns as the first ({} and "
                "{}): the decoder starts from the last state of the whole batch\n  the first is "
                "{}\n  another is {}\n  asked for at {}",
                input.shape().columns, first.shape().columns, first.graph->describe(first.id),
                input.graph->describe(input.id), to_string(line)));
}

Expr fed(const DecoderOptions& options, Expr target) {
    if (options.feed) return options.feed(target);
    return options.loss == LossKind::mse ? target : one_hot(target, options.rows);
}

/// Y(-1), Y(0), ..., Y(S-1).
std::vector<Expr> target_leaves(Graph& graph, const DecoderOptions& options, int batch,
                                SourceLine line) {
    const int rows = options.loss == LossKind::mse ? options.rows : 1;
    std::vector<Expr> targets;
    for (int s = -1; s < options.steps; ++s) {
        const Scope at_step(graph, Step{decoder_axis, s});
        targets.push_back(graph.input("Y", {rows, batch}, line));
    }
    return targets;
}

}  // namespace

std::vector<Expr> SequenceToSequence::variables() const {
    std::vector<Expr> all = parameters;
    all.insert(all.end(), encoder.initial.leaves.begin(), encoder.initial.leaves.end());
    return all;
}

SequenceToSequence sequence_to_sequence(const AnyCell& encoder, const AnyCell& decoder,
                                        std::span<const Expr> inputs, const DecoderOptions& options,
                                        SourceLine line) {
    Graph& graph = common_graph("sequence_to_sequence", inputs);
    if (options.steps < 1)
        throw GraphError(
            fmt::format("sequence_to_sequence: needs at least one answer ({})\n  asked for at {}",
                        options.steps, to_string(line)));
    require_one_state(encoder, decoder, line);
    require_one_batch(inputs, line);
    const Scope made_here(graph, line);
    const int batch = inputs.front().shape().columns;
    SequenceToSequence net;
    net.encoder =
        unroll(encoder, inputs,
               initial_state(graph, encoder.state_tensors(), batch, options.initial), {}, line);

    const std::vector<Expr> targets = target_leaves(graph, options, batch, line);
    net.start = targets.front();
    std::vector<Expr> fed_targets;
    for (int s = 0; s < options.steps; ++s) {
        const Scope at_step(graph, Step{decoder_axis, s});
        fed_targets.push_back(fed(options, targets[static_cast<std::size_t>(s)]));
    }
    net.decoder = unroll(decoder, fed_targets, {net.encoder.final_state(), {}},
                         {.number = decoder_axis}, line);

    const std::vector<Expr> outputs = net.decoder.outputs();
    net.read_out = read_out_with(outputs, std::span(targets).subspan(1), options.rows, options.loss,
                                 answer_loss(options.loss, outputs), line);
    net.parameters = parameters_of(std::array{encoder, decoder});
    net.parameters.insert(net.parameters.end(), {net.read_out.V, net.read_out.c});
    return net;
}

}  // namespace revolute
