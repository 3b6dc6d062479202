#include <revolute/ops/broadcast.hpp>
#include <revolute/rnn/unroll.hpp>

#include <fmt/format.h>

namespace revolute {

std::vector<Expr> input_sequence(Graph& graph, std::string_view name, Shape shape, int steps,
                                 int axis, SourceLine line) {
    if (steps < 1)
        throw GraphError(
            fmt::format("input_sequence: needs at least one step ({})\n  asked for at {}", steps,
                        to_string(line)));
    std::vector<Expr> inputs;
    for (int t = 0; t < steps; ++t) {
        const Scope at_step(graph, Step{axis, t});
        inputs.push_back(graph.input(name, shape, line));
    }
    return inputs;
}

Initial initial_state(Graph& graph, std::span<const StateTensor> tensors, int batch,
                      InitialState kind, Step at, SourceLine line) {
    const Scope made_here(graph, line);
    const Scope at_start(graph, at);
    Initial initial;
    for (const StateTensor& tensor : tensors) {
        if (kind == InitialState::zero) {
            initial.state.push_back(graph.constant(0.0, {tensor.rows, batch}, line));
            continue;
        }
        const int columns = kind == InitialState::given ? batch : 1;
        const Expr leaf = graph.initial_state(tensor.name, {tensor.rows, columns}, line);
        initial.leaves.push_back(leaf);
        initial.state.push_back(columns == batch ? leaf : broadcast_columns(leaf, batch));
    }
    return initial;
}

}  // namespace revolute
