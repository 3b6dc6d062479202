#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/structure.hpp>
#include <revolute/rnn/unroll.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

std::vector<Expr> Unrolled::outputs() const {
    std::vector<Expr> all;
    all.reserve(states.size());
    for (const State& state : states) all.push_back(state.front());
    return all;
}

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
    require_tensors("initial state", tensors, line);
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

State for_columns(const State& state, const Initial& initial, int columns) {
    State result;
    for (std::size_t i = 0; i < state.size(); ++i) {
        const int before = state[i].shape().columns;
        if (before == columns) {
            result.push_back(state[i]);
        } else if (before > columns) {
            result.push_back(revolute::columns(state[i], 0, columns));
        } else {
            const Expr begins = revolute::columns(initial.state[i], before, columns - before);
            result.push_back(stack_columns({state[i], begins}));
        }
    }
    return result;
}

void require_batches(std::string_view subject, std::span<const Expr> inputs, const Initial& initial,
                     SourceLine line) {
    const int batch = inputs.front().shape().columns;
    for (std::size_t t = 1; t < inputs.size(); ++t)
        if (inputs[t].shape().columns > inputs[t - 1].shape().columns)
            throw GraphError(fmt::format(
                "{}: the batch must not grow from one input to the next ({} columns, then {}); put "
                "the longest sequences first\n  one is {}\n  the next is {}\n  asked for at {}",
                subject, inputs[t - 1].shape().columns, inputs[t].shape().columns,
                inputs[t].graph->describe(inputs[t - 1].id),
                inputs[t].graph->describe(inputs[t].id), to_string(line)));
    for (const Expr& tensor : initial.state)
        if (tensor.shape().columns != batch)
            throw ShapeError(fmt::format(
                "{}: the initial state must have as many columns as the first input ({} and {})\n  "
                "state is {}\n  input is {}\n  asked for at {}",
                subject, tensor.shape().columns, batch, tensor.graph->describe(tensor.id),
                inputs.front().graph->describe(inputs.front().id), to_string(line)));
}

void require_initial(std::string_view subject, const Initial& initial,
                     std::span<const StateTensor> tensors, SourceLine line) {
    require_tensors(subject, tensors, line);
    if (!initial.state.empty()) common_graph(subject, initial.state);
    const auto rows_of = [](Expr tensor) { return tensor.shape().rows; };
    if (std::ranges::equal(initial.state, tensors, {}, rows_of, &StateTensor::rows)) return;
    std::string text =
        fmt::format("{}: the initial state must be as the cell's: {}", subject, to_string(tensors));
    for (const Expr& tensor : initial.state)
        text += fmt::format("\n  there is {}", tensor.graph->describe(tensor.id));
    throw ShapeError(fmt::format("{}\n  asked for at {}", text, to_string(line)));
}

void require_state(std::string_view subject, const State& state,
                   std::span<const StateTensor> tensors, int columns, Step at) {
    if (state.size() != tensors.size())
        throw GraphError(
            fmt::format("{}: the cell's step must return as many state tensors as the recurrence "
                        "starts from ({} "
                        "and {}), in step {}",
                        subject, state.size(), tensors.size(), to_string(at)));
    for (std::size_t i = 0; i < state.size(); ++i) {
        if (state[i].graph == nullptr)
            throw GraphError(fmt::format(
                "{}: the cell's step must return an expression for each state tensor ({} is "
                "empty), in step {}",
                subject, tensors[i].name, to_string(at)));
        const Shape said{tensors[i].rows, columns};
        if (state[i].shape() == said) continue;
        throw ShapeError(fmt::format(
            "{}: the cell's step must return state tensors as its state_tensors() and the input "
            "say: {} must be {} ({}), in step {}\n  it is {}",
            subject, tensors[i].name, to_string(said), to_string(state[i].shape()), to_string(at),
            state[i].graph->describe(state[i].id)));
    }
}

}  // namespace revolute
